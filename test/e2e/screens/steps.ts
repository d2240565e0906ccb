import type { Locator, Page } from 'playwright-core'
import type { ShellEvent } from '../../../ipc/schemas/app.ts'
import { allKinds } from '../../../renderer/fake/all-kinds.ts'

export type Role = Parameters<Page['getByRole']>[0]

/** How the steps to a screen are taken, in whichever language the window is in. */
export class Steps {
  readonly page: Page
  readonly #isStretched: boolean

  /** @param isStretched The window is in the made-up language of renderer/texts/pseudo.ts. */
  constructor(page: Page, isStretched = false) {
    this.page = page
    this.#isStretched = isStretched
  }

  /** What says these English words: all of them, or what a pattern finds. */
  words(words: string | RegExp): string | RegExp {
    if (!this.#isStretched) return words
    const source = typeof words === 'string' ? escaped(words) : words.source
    const open = source.replaceAll(/^\^|\$$/g, '')
    // What comes in from outside (a name, a path) is within a longer text, and a text may be within another.
    return new RegExp(open.replaceAll(/\\?[a-zA-Z]/g, eitherSpelling))
  }

  find(role: Role, words: string | RegExp, within: Page | Locator = this.page): Locator {
    const exact = typeof words === 'string' && !this.#isStretched
    return within.getByRole(role, { name: this.words(words), ...(exact && { exact }) }).first()
  }

  button(words: string | RegExp, within?: Locator): Promise<void> {
    return this.find('button', words, within).click()
  }

  get dialog(): Locator {
    // Notes that come and go are dialogs, too.
    return this.page.locator('.dialog, .palette')
  }

  get grid(): Locator {
    return this.page.locator('.library-grid')
  }

  /** Selects an image, as one that was opened from the desktop is. */
  async select(name: string): Promise<void> {
    await this.#tell({ type: 'opened', imageIds: [idOf(name)] })
    await this.row(name).and(this.page.locator('[aria-selected=true]')).waitFor()
  }

  /** Some that look after themselves, and some that need care. */
  async selectSome(): Promise<void> {
    const names = ['build-cache', 'ledger', 'mail', 'old-small', 'scratch', 'web02.', 'base-debian']
    for (const [index, name] of names.entries()) {
      await this.row(name).click({ modifiers: index === 0 ? [] : ['ControlOrMeta'] })
    }
  }

  row(name: string): Locator {
    return this.page.locator(`[role=row][data-image-id="${idOf(name)}"]`)
  }

  /** Runs a command as the menus of the system do. */
  command(id: string): Promise<void> {
    return this.#tell({ type: 'command', id })
  }

  #tell(event: ShellEvent): Promise<void> {
    return this.page.evaluate((detail) => {
      document.dispatchEvent(new CustomEvent('shell', { detail }))
    }, event)
  }

  /** Runs a command on an image. */
  async on(name: string, command: string): Promise<void> {
    await this.select(name)
    await this.command(command)
  }

  /** Waits for the plan of the dialog that is open. */
  async planned(): Promise<void> {
    await this.dialog.locator('.preflight-list:not([aria-busy=true])').first().waitFor()
  }

  /** A dialog on an image, with its plan. */
  async plan(name: string, command: string): Promise<void> {
    await this.on(name, command)
    await this.planned()
  }

  get startButton(): Locator {
    const enabled = this.page.locator(':not([aria-disabled=true])')
    return this.dialog.locator('.dialog-footer :is(.button-primary, .button-danger)').and(enabled)
  }

  /** Presses what starts the plan, and waits for how it ended. */
  async carryOut(): Promise<void> {
    await this.startButton.click()
    await this.dialog.locator('.receipt').waitFor()
  }

  /** A tab of the inspector of an image, wherever the width puts it. */
  async inspect(name: string, tab: string): Promise<void> {
    await this.on(name, `view.tab.${tab}`)
  }

  /** A view of the sidebar, which a narrow window keeps behind a button. */
  async view(words: string): Promise<void> {
    await this.openSidebar()
    // A count may stand after the name.
    const name = new RegExp(`^${escaped(words)}`)
    await this.find('button', name, this.page.getByRole('navigation')).click()
  }

  async openSidebar(): Promise<void> {
    const opener = this.page.locator('.top-bar > .button-icon')
    if (await opener.isVisible()) await opener.click()
  }
}

/** The image of renderer/fake/all-kinds.ts whose name begins so. */
function idOf(name: string): number {
  const id = allKinds(0).rows.find((row) => row.name.startsWith(name))?.id
  if (id === undefined) throw new Error(`no image has the name ${name}`)
  return id
}

const escaped = (words: string): string => words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** A letter of the English text, or what the made-up language puts in its place. */
function eitherSpelling(letter: string): string {
  const at = plain.indexOf(letter)
  return at < 0 ? letter : `[${letter}${accented.charAt(at)}]`
}

const plain = 'aeiouAEIOUcn'
const accented = 'àèìòùÀÈÌÒÙçñ'
