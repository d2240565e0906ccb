/** Why a command cannot be carried out now. */
export const commands = {
  /** A file manager asked for it. */
  cannot: (title: string) => `Not possible: ${title.replace(/…$/, '')}`,
  missing: 'The file is missing',
  noTrash: 'This host has no Trash',
  noBacking: 'It has no backing file',
  nothingToRepair: 'It is healthy: there is nothing to repair',
  inUse: (who: string) => `In use by ${who}`,
  inUseByProgram: 'Another program has it open',
  sizeUnknown: 'Its size is not known',
  notOfFormat: {
    compact: (format: string) => `Platter cannot compact ${format} images`,
    resize: (format: string) => `Platter cannot resize ${format} images`,
    repair: (format: string) => `${format} images have nothing that could be repaired`,
    snapshot: (format: string) => `${format} images keep no snapshots inside the file`,
    overlay: (format: string) => `Overlays cannot build on ${format} images`,
  },
}
