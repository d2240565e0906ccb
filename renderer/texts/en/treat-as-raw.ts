/** Whether a file of no known format is taken for a raw disk. */
export const treatAsRaw = {
  title: (image: string) => `Treat ${image} as a raw disk?`,
  text: 'In a raw disk every byte of the file is a byte of the disk. Platter then reads and changes the file as that, whatever its first bytes say. Say so only if you know it: resizing cuts or lengthens the file itself, and a damaged image of another format would be lost by it. You can have the format detected again at any time.',
  image: 'File',
  startsWith: 'Starts with',
  length: 'File length',
  leave: 'Leave as it is',
  treat: 'Treat as raw disk',
  treated: (image: string) => `${image} is treated as a raw disk`,
  detected: (image: string) => `The format of ${image} is detected again`,
}
