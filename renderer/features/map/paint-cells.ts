import type { AllocationClass } from '../../../ipc/schemas/image.ts'
import { allocationClasses, mainClass, type ClassMix } from './allocation-buckets.ts'

/** Red, green, blue from 0 to 255. */
export type Colour = readonly [number, number, number]

export interface MapColours {
  readonly classes: Readonly<Record<AllocationClass, Colour>>
  /** Patterns let it shine through. */
  readonly surface: Colour
}

/** Pixels in memory, four bytes each, as ImageData has them. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/**
 * Whether the pattern of a class leaves a pixel open. Data is full; every other class has a texture of
 * its own, so that the picture is read without telling colours apart.
 */
const open: Readonly<Record<AllocationClass, (x: number, y: number) => boolean>> = {
  data: () => false,
  compressed: (x, y) => (x + y) % 4 === 0,
  zero: (x, y) => x % 3 === 1 && y % 3 === 1,
  backing: (_x, y) => y % 3 === 2,
  unallocated: () => false,
}

/** Fills a rectangle with the blend of a mix, textured as its main class. */
export function paintMix(
  pixels: Pixels,
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  mix: ClassMix,
  colours: MapColours,
): void {
  const full = blend(mix, colours)
  const faded = halfway(full, colours.surface)
  const isOpen = open[mainClass(mix)]
  const right = Math.min(pixels.width, area.x + area.width)
  const bottom = Math.min(pixels.height, area.y + area.height)
  for (let y = area.y; y < bottom; y += 1) {
    for (let x = area.x; x < right; x += 1) {
      const [red, green, blue] = isOpen(x, y) ? faded : full
      const at = (y * pixels.width + x) * 4
      pixels.data[at] = red
      pixels.data[at + 1] = green
      pixels.data[at + 2] = blue
      pixels.data[at + 3] = 255
    }
  }
}

function blend(mix: ClassMix, { classes }: MapColours): Colour {
  let red = 0
  let green = 0
  let blue = 0
  let weight = 0
  for (const name of allocationClasses) {
    const [r, g, b] = classes[name]
    red += r * mix[name]
    green += g * mix[name]
    blue += b * mix[name]
    weight += mix[name]
  }
  return weight > 0 ? [red / weight, green / weight, blue / weight] : classes.unallocated
}

const halfway = (a: Colour, b: Colour): Colour => [
  (a[0] + b[0]) / 2,
  (a[1] + b[1]) / 2,
  (a[2] + b[2]) / 2,
]
