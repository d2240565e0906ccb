import { addFolder } from '../../texts/en/add-folder.ts'
import { inLanguage } from '../../texts/texts.ts'

export const addFolderTexts = inLanguage({ en: addFolder })
