import { powerSaveBlocker } from 'electron'

/** Keeps the machine from falling asleep while an image is being changed; the screen may go dark. */
export class KeepAwake {
  #blocker: number | undefined

  set(isNeeded: boolean): void {
    if (isNeeded) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else if (this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker)
      this.#blocker = undefined
    }
  }
}
