/**
 * What an image names is data until a policy says otherwise. A backing file or an external data file
 * is opened only through this gate (CVE-2024-32498, CVE-2024-4467 and their kin are names that were
 * followed without one).
 */
export type LinkPolicy = 'deny' | 'same-folder' | 'allow' | FolderLinks | AskAboutLink

/** Opens what lies in one of these folders (absolute paths), every symbolic link followed. */
export interface FolderLinks {
  readonly within: readonly string[]
}

/** Asked once per link; true opens it. */
export type AskAboutLink = (link: ImageLink) => Promise<boolean>

export type LinkRole = 'backing file' | 'data file'

/** A file name found inside an image. */
export interface ImageLink {
  readonly role: LinkRole
  /** As written in the image, made printable. */
  readonly name: string
  /** The image that names it (absolute path). */
  readonly from: string
  /** Where the name points once resolved against the image's folder (absolute path). */
  readonly target: string
  /** Whether `target`, after following symbolic links, lies in the image's own folder or below it. */
  readonly inFolder: boolean
}
