import { hasIncompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'

/** Whether the stored refcounts are to be believed: who else needs a cluster follows from them. */
export const refcountsAreTrue = ({ header }: HeaderArea): boolean =>
  !hasIncompatible(header.incompatibleFeatures, 'dirty') &&
  !hasIncompatible(header.incompatibleFeatures, 'corrupt')
