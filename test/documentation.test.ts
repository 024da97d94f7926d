import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './workspace.ts'

const pages = globSync(['*.md', 'docs/**/*.md', '{packages,apps}/*/*.md', '.changeset/*.md'], { cwd: root })
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** The anchors that a page's headings have where it is shown. */
const anchorsOf = (page: string): readonly (string | undefined)[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

function brokenLinks(page: string): readonly string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })
    .map((link) => `${page} links to ${link}`)
}

test('every link of the documentation leads somewhere', () => {
  expect(pages).toContain('README.md')
  expect(pages.flatMap(brokenLinks)).toEqual([])
})

test('every decision is in the list of decisions', () => {
  const files = globSync('docs/decisions/0*.md', { cwd: root }).map((path) => path.replace('docs/decisions/', ''))
  const list = read('docs/decisions/README.md')
  expect(files.filter((file) => !list.includes(`(${file})`))).toEqual([])
})

test('every guide is listed where a reader begins', () => {
  const guides = globSync('docs/guides/*.md', { cwd: root })
  expect(guides.length).toBeGreaterThan(5)
  expect(guides.filter((guide) => !read('README.md').includes(`(${guide})`))).toEqual([])
})

test('every kind of error of a package says what it means', () => {
  const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((path) => !path.includes('test'))
  const silent = sources.flatMap((path) =>
    [...read(path).matchAll(/^(.*)\nexport (?:abstract )?class (\w+) extends \w*Error\b/gm)]
      .filter(([, above = '']) => !above.endsWith('*/'))
      .map(([, , name]) => `${name} in ${path} has no sentence above it`),
  )
  expect(silent).toEqual([])
})

test('every difference from DataJoint has a test with its number', () => {
  const numbers = [...read('docs/differences.md').matchAll(/^\| ([TXM]\d+) \|/gm)].map(([, number = '']) => number)
  expect(numbers.length).toBeGreaterThan(40)
  const titles = globSync('packages/core/{src,test}/**/*.test.ts', { cwd: root }).flatMap((path) =>
    [...read(path).matchAll(/^ *(?:test|describe)\b.*|^ *(['"`]).*\1,?$/gm)].map(([line]) => line),
  )
  const numbered = new Set(titles.flatMap((title) => title.match(/\b[TXM]\d+\b/g) ?? []))
  expect(numbers.filter((number) => !numbered.has(number))).toEqual([])
  expect([...numbered].filter((number) => !numbers.includes(number))).toEqual([])
})
