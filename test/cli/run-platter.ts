/** The real command line, built, in a process of its own. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { verbs } from '../../cli/table/verbs.ts'
import { launch } from '../helpers/launcher.ts'
import { builtPrograms } from '../helpers/built-programs.ts'

const built = await builtPrograms()
/** The file to start with Node. */
export const entry = fileURLToPath(built.file('cli/main.ts'))
export const entryEnvironment = built.env

export interface PlatterRun {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface PlatterOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Called when the process is there: to send signals or read more descriptors. */
  readonly onStart?: (child: ChildProcess) => void
  /** `pipe`: whoever starts it writes its input; a descriptor is redirected; it is empty otherwise. */
  readonly stdin?: 'pipe' | number
  /** Descriptors from 3 on. */
  readonly extraStdio?: readonly 'pipe'[]
  /** The super-user may read everything; true takes that right away from the process. */
  readonly boundByPermissions?: boolean
}

/** Tests that do not say otherwise leave no trace in the history of whoever runs them. */
const noData = path.join(tmpdir(), `platter-test-no-data-${process.pid}`)
const recorded = new Set(
  verbs.filter(({ options }) => 'history' in options).map(({ name }) => name),
)

/** The command as someone runs it whom permissions bind, the super-user included. */
export const boundBy = (command: readonly string[]): readonly string[] =>
  process.getuid?.() === 0 ? [...withoutReadRights, ...command] : command

/** As another user the checkout itself might be out of reach, so the rights go and the user stays. */
const withoutReadRights = [
  'setpriv',
  '--inh-caps=-dac_override,-dac_read_search',
  '--bounding-set=-dac_override,-dac_read_search',
]

export async function platter(
  words: readonly string[],
  {
    cwd,
    env = {},
    onStart,
    stdin,
    extraStdio = [],
    boundByPermissions = false,
  }: PlatterOptions = {},
): Promise<PlatterRun> {
  const place = {
    env: {
      ...process.env,
      ...entryEnvironment,
      PLATTER_DATA: noData,
      PLATTER_LOGS: noData,
      NO_COLOR: '',
      ...env,
    },
    ...(cwd === undefined ? {} : { cwd }),
  }
  const recording = words.includes('--no-history') || 'PLATTER_DATA' in env
  const quiet = recording || !recorded.has(words[0] ?? '') ? [] : ['--no-history']
  // Right behind the verb: `--` may follow, after which everything is a name.
  const command = [process.execPath, entry, ...words.slice(0, 1), ...quiet, ...words.slice(1)]
  const [program = '', ...args] = boundByPermissions ? boundBy(command) : command
  const isPlain = onStart === undefined && stdin === undefined && extraStdio.length === 0
  if (isPlain) {
    const { exitCode, stdout, stderr } = await launch(program, args, place)
    return { exitCode, stdout, stderr }
  }
  const options: SpawnOptions = {
    ...place,
    stdio: [stdin ?? 'ignore', 'pipe', 'pipe', ...extraStdio],
  }
  const child = spawn(program, args, options)
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  onStart?.(child)
  const [code] = await once(child, 'close')
  return {
    exitCode: typeof code === 'number' ? code : undefined,
    stdout: stdout(),
    stderr: stderr(),
  }
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const pieces: Buffer[] = []
  stream?.on('data', (piece: Buffer) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString('utf8')
}
