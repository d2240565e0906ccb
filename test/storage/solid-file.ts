import { TraceFile } from './trace-file.ts'

/** A file on a file system without holes. */
export class SolidFile extends TraceFile {
  override punchHole(): 'unsupported' {
    return 'unsupported'
  }
}
