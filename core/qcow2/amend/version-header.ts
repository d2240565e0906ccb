import { zeroWord } from '../../base/word64.ts'
import { unreachable } from '../../base/assert.ts'
import { V2_HEADER_LENGTH, V2_REFCOUNT_ORDER, V3_HEADER_LENGTH } from '../format/constants.ts'
import { encodeFeatureNames, extensionTypes } from '../format/extensions.ts'
import { namesFeatures, ownFeatureNames } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { NewHeaderArea } from './relay-header.ts'

/**
 * The header area of an image as the other version has it. Version 2 has no feature bits, and so no table
 * of their names; every other extension stays, those we do not know included. What version 2 cannot say
 * has been refused or converted before (notInVersion2).
 */
export function areaOfVersion(
  { header, extensions, geometry }: HeaderArea,
  version: 2 | 3,
): NewHeaderArea {
  const common = {
    ...header,
    incompatibleFeatures: zeroWord,
    compatibleFeatures: zeroWord,
    autoclearFeatures: zeroWord,
    refcountOrder: V2_REFCOUNT_ORDER,
    compressionType: 0,
    unknownFields: new Uint8Array(0),
  }
  switch (version) {
    case 2:
      return {
        header: { ...common, version, headerLength: V2_HEADER_LENGTH },
        extensions: extensions.filter(({ type }) => type !== extensionTypes.featureNames),
        optional: [],
      }
    case 3: {
      const isNamed = extensions.some(({ type }) => type === extensionTypes.featureNames)
      const data = encodeFeatureNames(ownFeatureNames)
      return {
        header: { ...common, version, headerLength: V3_HEADER_LENGTH },
        extensions,
        optional:
          isNamed || !namesFeatures(geometry.clusterSize)
            ? []
            : [{ type: extensionTypes.featureNames, data }],
      }
    }
    default:
      return unreachable(version)
  }
}
