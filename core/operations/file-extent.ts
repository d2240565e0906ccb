import type { BlockFile } from '../storage/block-file.ts'
import type { FileExtent } from './compact-plan.ts'

export const extentOf = (file: BlockFile): FileExtent => ({
  fileLength: file.size(),
  allocatedBytes: file.allocatedBytes(),
})
