import { removeFolder } from '../../texts/en/remove-folder.ts'
import { inLanguage } from '../../texts/texts.ts'

export const removeFolderTexts = inLanguage({ en: removeFolder })
