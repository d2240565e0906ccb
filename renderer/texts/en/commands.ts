/** Why a command cannot be carried out now. */
export const commands = {
  inUse: (who: string) => `In use by ${who}`,
  inUseByProgram: 'Another program has it open',
  sizeUnknown: 'Its size is not known',
  notOfFormat: {
    compact: (format: string) => `Platter cannot compact ${format} images`,
    resize: (format: string) => `Platter cannot resize ${format} images`,
  },
}
