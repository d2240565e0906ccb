/**
 * Stops with a sentence on a Node older than 24. `npm ci` brings Node 24 along as
 * node_modules/.bin/node, and npm scripts find it first, so this speaks only when a script is run by
 * hand with the system's older Node, or where no such package exists (macOS).
 */
const wanted = 24
const found = Number(process.versions.node.split('.')[0])

if (found < wanted) {
  console.error(
    `Platter needs Node ${wanted}; this is Node ${process.versions.node}. ` +
      'Run "npm ci" and start through npm, which uses the Node that comes with the project.',
  )
  process.exit(1)
}
