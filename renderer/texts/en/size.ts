/** What is said of a size that was typed. */
export const size = {
  notASize: 'This is not a size. Write 40 GiB, 40G, 512M or 1.5 TiB.',
  comma: 'Write a fraction with a point: 1.5 TiB.',
  noUnit: (number: string) => `${number} of what? Write ${number} GiB or ${number} MiB.`,
  nothingToRelateTo: 'There is no present size that this could be more or less than.',
  nothingLeft: 'Nothing would be left of the disk.',
  tooLarge: 'This is more than Platter can count. The most is 8 PiB.',
}
