/** The image whose own window this is; set once, by the entry, before anything is drawn. */
let own: number | undefined

export function setWindowImage(imageId: number | undefined): void {
  own = imageId
}

/** Undefined in a window of the library. */
export const windowImage = (): number | undefined => own

/** How a call names the window that it comes from. */
export const ofThisWindow = (): { imageId?: number } => (own === undefined ? {} : { imageId: own })

const address = /(?:^|&)image=([1-9]\d{0,15})(?:&|$)/

/** The image that an address asks for: `#image=12`. */
export function imageOfAddress(hash: string): number | undefined {
  const found = address.exec(hash.replace(/^#/, ''))?.[1]
  return found === undefined ? undefined : Number(found)
}

export const addressOfImage = (imageId: number): string => `#image=${imageId}`
