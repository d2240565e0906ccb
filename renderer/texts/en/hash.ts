/** Checksums: comparing them with others, and leaving one beside the image. */
export const hash = {
  compare: 'Compare with',
  placeholder: 'Paste a checksum, a sha256sum line or a whole SHA256SUMS file',
  open: 'Open a checksum file…',
  dropHint: 'Or drop the file here.',
  drop: 'Drop the checksum file',
  tooLarge: (name: string) => `${name} is too large to be a list of checksums`,
  from: (name: string) => `From ${name}`,
  save: (name: string) => `Save ${name}`,
  saveFileOnly: 'A checksum file is about the file: choose File and SHA-256',
  saveStale: 'The file changed since: compute it again first',
  saved: 'Checksum file saved',
}
