import type { AllocationClass } from '../../../ipc/schemas/image.ts'
import './map.css'

/** The colour and pattern of a class, as the pictures draw it. */
export function ClassSwatch({ name }: { readonly name: AllocationClass }) {
  return <span className={`map-swatch map-${name}`} aria-hidden="true" />
}
