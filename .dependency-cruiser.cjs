/**
 * Who may import whom (docs/ARCHITECTURE.md, "Layers"). Each rule says what to do instead.
 */
const engineFolders =
  '^core/(base|errors|guest|storage|image|qcow2|device|operations|qemu-json|report)/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle hides which part knows which. Move the shared piece down, or pass it in.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'base-stands-alone',
      comment: 'core/base is arithmetic and small structures; it knows errors and itself only.',
      severity: 'error',
      from: { path: '^core/(base|errors)/' },
      to: { path: '^(core|ipc|main|renderer|cli)/', pathNot: '^core/(base|errors)/|^core/units' },
    },
    {
      name: 'formats-do-no-io',
      comment: 'core/qcow2/format turns bytes into values. Reading belongs in core/qcow2.',
      severity: 'error',
      from: { path: '^core/qcow2/format/' },
      to: {
        path: '^core/',
        pathNot: '^core/(base|errors|qcow2/format)/|^core/units',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'storage-and-image-below-formats',
      comment:
        'core/storage is below every format; a format may use it, never the other way round.',
      severity: 'error',
      from: { path: '^core/storage/' },
      to: {
        path: '^core/',
        pathNot: '^core/(base|errors|storage)/|^core/(units|progress)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'qcow2-below-operations',
      comment: 'core/qcow2 offers parts; what people ask for is composed in core/operations.',
      severity: 'error',
      from: { path: '^core/(qcow2|image)/' },
      to: { path: '^core/(operations|io|qemu-json|report)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'engine-is-pure',
      comment: 'Only core/io touches Node. Take the file, codec or hasher as a parameter instead.',
      severity: 'error',
      from: { path: engineFolders },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'engine-does-not-know-its-host',
      comment: 'core/io is bound in core/node-engine.ts; the pure parts get an environment.',
      severity: 'error',
      from: { path: engineFolders },
      to: { path: '^core/io/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-knows-nobody',
      comment: 'The engine has no window, no database and no protocol.',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^(ipc|main|renderer|preload|cli|test|bench|tools)/' },
    },
    {
      name: 'core-through-its-door',
      comment: 'main and cli use core/index.ts only.',
      severity: 'error',
      from: { path: '^(main|cli)/' },
      to: { path: '^core/', pathNot: '^core/index\\.ts$' },
    },
    {
      name: 'contract-imports-zod-only',
      comment: 'ipc is shared with the window: types from core are fine, code is not.',
      severity: 'error',
      from: { path: '^ipc/' },
      to: { pathNot: '^ipc/|^node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'window-knows-the-contract-only',
      comment: 'The window talks to the services through renderer/bridge.ts.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { path: '^(core|main|preload|cli)/' },
    },
    {
      name: 'window-has-no-node',
      comment: 'The window is sandboxed: no Node module exists there.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'preload-is-a-pipe',
      comment: 'The preload script forwards messages; it holds no logic and no schema.',
      severity: 'error',
      from: { path: '^preload/' },
      to: {
        pathNot: '^preload/|^ipc/channels\\.ts$|^electron$|node_modules/electron/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'electron-in-desktop-only',
      comment: 'Services run without Electron too: only main/desktop and main/electron.ts know it.',
      severity: 'error',
      from: { pathNot: '^(main/desktop/|main/electron\\.ts|preload/|test/)' },
      to: { path: '^electron$|node_modules/electron/' },
    },
    {
      name: 'services-know-no-shell',
      comment: 'Jobs, library and history serve every shell; shells are handed in as ShellPorts.',
      severity: 'error',
      from: { path: '^main/(jobs|images|history|log|settings|api)/' },
      to: { path: '^main/(desktop|web)/' },
    },
    {
      name: 'cli-enters-main-by-its-door',
      comment: 'The command line loads main/headless.ts, lazily, and nothing else of main.',
      severity: 'error',
      from: { path: '^cli/' },
      to: { path: '^(main|ipc|renderer|preload)/', pathNot: '^main/headless\\.ts$' },
    },
    {
      name: 'no-test-code-in-the-product',
      comment: 'Tests and benches look at the product, never the other way round.',
      severity: 'error',
      from: { path: '^(core|ipc|main|renderer|preload|cli)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that resolves to nothing is a typo or a missing dependency.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|release|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
