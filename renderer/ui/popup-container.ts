/** The landmark of the page that dialogs, menus and tooltips are drawn in. */
export const popupContainer = (): HTMLElement | null => document.getElementById('popups')
