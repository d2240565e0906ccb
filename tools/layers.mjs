/**
 * Checks the layer rules of .dependency-cruiser.cjs. A run that saw no modules is a failure: a cruiser
 * that cannot read TypeScript reports success over nothing.
 */
import { cruise } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'

const folders = ['core', 'ipc', 'main', 'renderer', 'preload', 'cli', 'bench']
const leastModules = 50

const configuration = await extractConfig('./.dependency-cruiser.cjs')
const result = await cruise(folders, {
  ...configuration.options,
  ruleSet: configuration,
  validate: true,
})
if (typeof result.output === 'string') throw new Error('expected a result object, got text')

const { violations, totalCruised } = result.output.summary
for (const { from, to, rule, cycle } of violations) {
  const comment = configuration.forbidden?.find(({ name }) => name === rule.name)?.comment ?? ''
  const path = cycle === undefined ? '' : ` (${cycle.map(({ name }) => name).join(' -> ')})`
  console.error(`layers: ${from} may not import ${to}${path}\n  ${rule.name}: ${comment}`)
}
if (totalCruised < leastModules) {
  console.error(`layers: only ${totalCruised} modules were seen, expected at least ${leastModules}`)
  process.exitCode = 1
}
if (violations.length > 0) process.exitCode = 1
else console.log(`layers: ${totalCruised} modules keep the rules`)
