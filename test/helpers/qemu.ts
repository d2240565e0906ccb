/**
 * QEMU's own tools, the oracle of the interop tests. A missing tool fails the test with the command
 * that installs it: an oracle that is skipped proves nothing.
 */
import { launch } from './launcher.ts'

export interface ToolResult {
  readonly exitCode: number | undefined
  /** Set when the tool died of a signal (qemu-img 7.2 does on some damaged images). */
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

type Tool = 'qemu-img' | 'qemu-io'

export interface RunOptions {
  readonly cwd?: string
  /** A tool that runs longer is killed and reported with its signal: qemu-img can loop for ever. */
  readonly timeoutMs?: number
}

/** Runs a tool to its end, whatever its exit code. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  { cwd, timeoutMs = 60_000 }: RunOptions = {},
): Promise<ToolResult> {
  try {
    return await launch(tool, args, { timeoutMs, ...(cwd === undefined ? {} : { cwd }) })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new Error(`${tool} is missing; install it with: sudo apt-get install -y qemu-utils`, {
      cause: error,
    })
  }
}

/** Runs a tool that must succeed; its output, or an Error with what it printed. */
async function mustSucceed(tool: Tool, args: readonly string[], options?: RunOptions) {
  const result = await runTool(tool, args, options)
  if (result.exitCode !== 0) {
    throw new Error(
      `${tool} ${args.join(' ')} ended with ${result.exitCode ?? result.signal}: ${result.stderr}${result.stdout}`,
    )
  }
  return result.stdout
}

/** `await qemuImg('create', '-f', 'qcow2', path, '1G')` */
export const qemuImg = (...args: string[]): Promise<string> => mustSucceed('qemu-img', args)

/** The parsed output of a command that was given `--output=json`. The caller names the shape. */
export async function qemuImgJson<Shape>(...args: string[]): Promise<Shape> {
  const [command = '', ...rest] = args
  // The shape is QEMU's documented output; tests compare it field by field.
  return JSON.parse(await qemuImg(command, '--output=json', ...rest)) as Shape
}

/**
 * Runs qemu-io commands on an image: `await qemuIo(path, 'write -P 1 0 64k', 'write -z 64k 64k')`.
 * qemu-io ends with 0 even when a command failed, so its messages are looked at too.
 */
export async function qemuIo(image: string, ...commands: string[]): Promise<string> {
  return qemuIoWith({}, image, ...commands)
}

/** As `qemuIo`, with the format given (`raw` must not be probed) or extra arguments before the image. */
export async function qemuIoWith(
  { format, args = [] }: { readonly format?: string; readonly args?: readonly string[] },
  image: string,
  ...commands: string[]
): Promise<string> {
  const output = await mustSucceed('qemu-io', [
    ...(format === undefined ? [] : ['-f', format]),
    ...args,
    ...commands.flatMap((command) => ['-c', command]),
    image,
  ])
  if (/failed|error/i.test(output)) throw new Error(`qemu-io on ${image}: ${output}`)
  return output
}

/** What `qemu-img check --output=json` prints. Counts that are zero are left out by QEMU. */
export interface QemuCheck {
  readonly 'check-errors': number
  readonly 'image-end-offset'?: number
  readonly 'total-clusters'?: number
  readonly 'allocated-clusters'?: number
  readonly 'fragmented-clusters'?: number
  readonly 'compressed-clusters'?: number
  readonly corruptions?: number
  readonly leaks?: number
}

export interface QemuCheckRun extends ToolResult {
  /** undefined when qemu-img gave up before it could print a result. */
  readonly result: QemuCheck | undefined
}

/** Runs `qemu-img check` without repairing anything. */
export async function qemuCheck(image: string, options?: RunOptions): Promise<QemuCheckRun> {
  const run = await runTool('qemu-img', ['check', '-f', 'qcow2', '--output=json', image], options)
  const result = run.stdout.startsWith('{') ? (JSON.parse(run.stdout) as QemuCheck) : undefined
  return { ...run, result }
}

/** A new qcow2 image by QEMU; `more` is what follows before the path, such as `-b base -F qcow2`. */
export const createQcow2 = (
  path: string,
  size: string,
  options = 'cluster_size=64k',
  ...more: string[]
): Promise<string> => qemuImg('create', '-q', '-f', 'qcow2', '-o', options, ...more, path, size)
