import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import path from 'node:path'

/** POSIX counts blocks of 512 bytes, whatever the file system's own block size. */
const statBlock = 512

/**
 * The folder in which the undo store keeps files: one folder a job, named by the job's id, and nobody else may open
 * any of them.
 */
export class KeptFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // It may be there from before, or the umask of this account lets others in.
    chmodSync(folder, 0o700)
  }

  /** Throws a RangeError for what is no job's id: whole folders are removed by it. */
  folderOf(jobId: string): string {
    if (!isJobId(jobId)) throw new RangeError(`no id of a job: ${jobId}`)
    return path.join(this.#folder, jobId)
  }

  /** Throws what the system says. */
  makeFolder(jobId: string): string {
    const folder = this.folderOf(jobId)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  }

  /** Whether a path lies in the folder of that job. */
  holds(jobId: string, file: string): boolean {
    return path.dirname(file) === this.folderOf(jobId)
  }

  /** Files kept for a job, by their paths. */
  filesOf(jobId: string): readonly string[] {
    try {
      return readdirSync(this.folderOf(jobId)).map((name) => path.join(this.folderOf(jobId), name))
    } catch {
      return []
    }
  }

  /** Bytes that the host stores for a job. */
  bytesOf(jobId: string): number {
    let bytes = 0
    for (const file of this.filesOf(jobId)) {
      const stats = lstatSync(file, { throwIfNoEntry: false })
      // Windows counts no blocks.
      if (stats !== undefined)
        bytes += stats.blocks === undefined ? stats.size : stats.blocks * statBlock
    }
    return bytes
  }

  remove(jobId: string): void {
    rmSync(this.folderOf(jobId), { recursive: true, force: true })
  }

  /** Under a name that no job has, so that it stays. Answers with the path. */
  putAside(jobId: string, now: number): string {
    const aside = `${this.folderOf(jobId)}.unknown-${now}`
    renameSync(this.folderOf(jobId), aside)
    return aside
  }

  /** Ids of jobs that have a folder. */
  jobIds(): readonly string[] {
    return readdirSync(this.#folder).filter(isJobId)
  }

  /** What the volume has left; undefined where the system does not tell. */
  freeBytes(): number | undefined {
    try {
      const { bavail, bsize } = statfsSync(this.#folder)
      return bavail * bsize
    } catch {
      return undefined
    }
  }
}

const isJobId = (name: string): boolean => /^[1-9]\d*$/.test(name)
