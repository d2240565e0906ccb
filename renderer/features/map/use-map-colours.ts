import { useEffect, useState } from 'react'
import type { AllocationClass } from '../../../ipc/schemas/image.ts'
import { useSettings } from '../../state/settings.ts'
import type { Colour, MapColours } from './paint-cells.ts'

/** The theme's map colours as numbers, anew when the theme changes. Undefined before the first look. */
export function useMapColours(): MapColours | undefined {
  const theme = useSettings((state) => state.settings.theme)
  const [colours, setColours] = useState<{ readonly theme: string; readonly colours: MapColours }>()
  useEffect(() => {
    const look = (): void => setColours({ theme, colours: readColours() })
    const dark = matchMedia('(prefers-color-scheme: dark)')
    // The theme's attribute is set by another effect of the same render; read after all of them.
    const frame = requestAnimationFrame(look)
    dark.addEventListener('change', look)
    return () => {
      cancelAnimationFrame(frame)
      dark.removeEventListener('change', look)
    }
  }, [theme])
  return colours?.colours
}

/** A custom property reads as it was written; only a real property resolves `light-dark()`. */
function readColours(): MapColours {
  const probe = document.createElement('span')
  document.body.append(probe)
  const resolve = (property: string): Colour => {
    probe.style.color = `var(${property})`
    const [red = 0, green = 0, blue = 0] = (
      getComputedStyle(probe).color.match(/[\d.]+/g) ?? []
    ).map(Number)
    return [red, green, blue]
  }
  const ofClass = (name: AllocationClass): Colour => resolve(`--map-${name}`)
  const colours: MapColours = {
    classes: {
      data: ofClass('data'),
      compressed: ofClass('compressed'),
      zero: ofClass('zero'),
      backing: ofClass('backing'),
      unallocated: ofClass('unallocated'),
    },
    surface: resolve('--surface'),
  }
  probe.remove()
  return colours
}
