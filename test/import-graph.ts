import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/** One import or re-export, as written. */
export interface Import {
  /** The importing file, relative to the root of the repository. */
  readonly file: string
  readonly line: number
  readonly specifier: string
  /** Whether something of it is left when the types are gone. */
  readonly kind: 'value' | 'type'
  /** The names of what is left of it, where it names them: `{ a, type B }` has `a`. */
  readonly values: readonly string[]
  /** Whether it is loaded only when the line is reached: `await import(…)`. */
  readonly lazy: boolean
  /** The imported file, relative to the root; null for packages. */
  readonly target: string | null
}

/** Reads the imports of all TypeScript files that the patterns find under `root`. */
export function readImports(root: string, patterns: readonly string[]): readonly Import[] {
  const files = globSync([...patterns], { cwd: root }).toSorted()
  return files.flatMap((file) => parseImports(file, readFileSync(join(root, file), 'utf8')))
}

/** The imports of one file, told apart by TypeScript's own parser. */
export function parseImports(file: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const add = (node: ts.Node, specifier: ts.Node | undefined, kind: Import['kind'], lazy = false): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    const target = specifier.text.startsWith('.') ? relative('.', join(dirname(file), specifier.text)) : null
    imports.push({ file, line, specifier: specifier.text, kind, values: valueNames(node), lazy, target })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importKind(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, exportKind(node))
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type')
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], 'value', true)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return imports
}

function valueNames(node: ts.Node): readonly string[] {
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined
  if (clause?.namedBindings === undefined || !ts.isNamedImports(clause.namedBindings)) return []
  const names = clause.namedBindings.elements.filter(({ isTypeOnly }) => !isTypeOnly)
  return names.map(({ name, propertyName }) => (propertyName ?? name).text)
}

function importKind(clause: ts.ImportClause | undefined): Import['kind'] {
  if (clause === undefined) return 'value' // for its effects
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return 'type'
  const names = clause.namedBindings
  if (clause.name !== undefined || names === undefined || ts.isNamespaceImport(names)) return 'value'
  return names.elements.every(({ isTypeOnly }) => isTypeOnly) ? 'type' : 'value'
}

function exportKind(node: ts.ExportDeclaration): Import['kind'] {
  if (node.isTypeOnly) return 'type'
  const names = node.exportClause
  if (names === undefined || ts.isNamespaceExport(names)) return 'value'
  return names.elements.every(({ isTypeOnly }) => isTypeOnly) ? 'type' : 'value'
}

/** The cycles among files: each as the files along it, the first again at the end. */
export function findCycles(imports: readonly Import[]): readonly (readonly string[])[] {
  const next = new Map<string, Set<string>>()
  for (const { file, target } of imports) {
    if (target !== null) next.set(file, (next.get(file) ?? new Set()).add(target))
  }
  const cycles: string[][] = []
  const finished = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(file)
    if (seenAt >= 0) cycles.push([...path.slice(seenAt), file])
    if (seenAt >= 0 || finished.has(file)) return
    for (const target of next.get(file) ?? []) walk(target, [...path, file])
    finished.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return cycles
}

/** The names and texts in code, with their lines: what stands there besides comments. */
export function parseWords(file: string, text: string): readonly { readonly line: number; readonly word: string }[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const words: { readonly line: number; readonly word: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
      words.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, word: node.text })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return words
}
