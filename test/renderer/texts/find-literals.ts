import ts from 'typescript'

export interface FoundLiteral {
  readonly line: number
  readonly text: string
}

/** Attributes and properties whose value people read or hear, however short it is. */
const shownNames = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'description',
  'detail',
  'emptyText',
  'explanation',
  'heading',
  'hint',
  'label',
  'message',
  'placeholder',
  'sentence',
  'summary',
  'text',
  'title',
  'tooltip',
  'what',
  'why',
])

/** Attributes and properties that hold names for programs. */
const programNames =
  /^(?:className|class|style|type|role|rel|id|key|name|kind|d|viewBox|transform|data-.*|shortcuts?|webShortcut|method)$/

/** Methods that take selectors and media queries, and what is written into the log. */
const programCalls = /^(?:closest|querySelector(?:All)?|matches|matchMedia|reportDefect)$/

/** Keys and kinds of what is dragged as the browser names them: compared with, and the same in every language. */
const browserWords =
  /^(?:(?:(?:Shift|Ctrl|Mod|Alt|CmdOrCtrl|Cmd)\+)*(?:Arrow(?:Up|Down|Left|Right)|Enter|Escape|Tab|Home|End|Page ?(?:Up|Down)|Delete|Backspace|Space|Insert|F\d+|Key[A-Z]|Digit\d|Shift|Control|Ctrl|Mod|Alt|Esc|Files|Key0|Digit0|Meta|ContextMenu|[A-Z\d↑↓→←/,]))$/

/** Two words beside each other, or one that is written as a sentence begins. */
const readable = /\p{L}[\p{L}’']*[,;:.…]? +\p{L}|^[^\p{L}]*\p{Lu}\p{Ll}/u
const unitSigns = /(?<!\p{L})(?:[KMGTPE]i?B|px)\b/gu
const drawnPath = /^[MmLlHhVvCcSsQqTtAaZz\d .,-]+$/
const hasWord = /\p{L}{2}/u
const hasLetter = /\p{L}/u

/** Every literal of a module of the window that reads like something people are shown. */
export function findLiterals(path: string, source: string): readonly FoundLiteral[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const found: FoundLiteral[] = []
  const note = (node: ts.Node, text: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    found.push({ line: line + 1, text: text.replaceAll(/\s+/gu, ' ').trim() })
  }
  const visit = (node: ts.Node): void => {
    if (isForPrograms(node)) return
    if (ts.isJsxText(node)) {
      if (hasLetter.test(node.text)) note(node, node.text)
    } else if (ts.isStringLiteralLike(node)) {
      if (!isAskedFor(node) && isText(node, node.text)) note(node, node.text)
    } else if (ts.isTemplateExpression(node)) {
      const pieces = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)]
      if (isTemplateText(node, pieces)) note(node, node.getText(file))
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** Signs of units are no words; letters of a drawn path are no signs. */
const isReadable = (text: string): boolean =>
  readable.test(text.replaceAll(unitSigns, '')) && !drawnPath.test(text)

function isText(node: ts.StringLiteralLike, text: string): boolean {
  if (browserWords.test(text)) return false
  if (isShown(node)) return hasWord.test(text)
  return isReadable(text)
}

function isTemplateText(node: ts.Node, pieces: readonly string[]): boolean {
  if (browserWords.test(pieces.join('0'))) return false
  if (isShown(node)) return pieces.some((piece) => hasWord.test(piece))
  // A digit stands for each value; a word beside one is as good as two.
  return (
    isReadable(pieces.join('0')) ||
    pieces.some(
      (piece) => /(?:^ | $)/u.test(piece) && hasWord.test(piece.replaceAll(unitSigns, '')),
    )
  )
}

/** Whether the browser has it: `'Notification' in globalThis`. */
const isAskedFor = ({ parent }: ts.Node): boolean =>
  ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InKeyword

/** The value of an attribute or property that people read, also behind `?:`, `??`, `||` and brackets. */
function isShown(node: ts.Node): boolean {
  let inner = node
  let { parent } = node
  while (
    ts.isConditionalExpression(parent) ||
    ts.isBinaryExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isJsxExpression(parent)
  ) {
    if (ts.isConditionalExpression(parent) && parent.condition === inner) return false
    if (ts.isBinaryExpression(parent) && !isChoice(parent)) return false
    inner = parent
    parent = parent.parent
  }
  if (ts.isJsxElement(parent) || ts.isJsxFragment(parent)) return true
  const name = nameOf(parent)
  return name !== undefined && shownNames.has(name)
}

const isChoice = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind === ts.SyntaxKind.QuestionQuestionToken ||
  kind === ts.SyntaxKind.BarBarToken ||
  kind === ts.SyntaxKind.AmpersandAmpersandToken ||
  kind === ts.SyntaxKind.PlusToken

function nameOf(node: ts.Node): string | undefined {
  if (ts.isJsxAttribute(node) || ts.isPropertyAssignment(node)) return node.name.getText()
  return undefined
}

const methodOf = ({ expression }: ts.CallExpression): string =>
  ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText()

/** Types, names of modules, what only a defect shows, and what browsers and style sheets are told. */
function isForPrograms(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    return true
  if (ts.isThrowStatement(node)) return true
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isCallExpression(node) && programCalls.test(methodOf(node))) return true
  if (ts.isVariableDeclaration(node) && /[sS]elector$/.test(node.name.getText())) return true
  const name = nameOf(node)
  return name !== undefined && programNames.test(name.replaceAll("'", ''))
}
