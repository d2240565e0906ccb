import { snapshots } from '../../texts/en/snapshots.ts'
import { inLanguage } from '../../texts/texts.ts'

export const snapshotsTexts = inLanguage({ en: snapshots })
