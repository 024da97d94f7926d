import { describe, expect, test } from 'vitest'
import { openFileStore } from '../store/file-store.ts'
import type { StoreLayout } from '../store/settings.ts'
import { sectionsOf } from './section.ts'

const lab = { name: 'lab', tables: new Set(['session']), externalStores: new Set(['local']) }

/** Whether some section looks at a path and owns it. */
function owned(path: string, layout: StoreLayout = {}): boolean {
  const store = openFileStore('local', { protocol: 'file', location: '/data', ...layout })
  return sectionsOf(store, [lab]).some(
    ({ folder, owns }) => (folder === '' || path.startsWith(`${folder}/`)) && owns(path),
  )
}

const hash = 'ntbkwkogoaeivvblrks3iudwiy'
const digits = '6cc2ab29c670088ad42b8aa5b4507646'

describe('objects of a schema', () => {
  test.each([
    `_hash/lab/${hash}`,
    `_hash/lab/nt/bk/${hash}`,
    '_schema/lab/session/subject=1/raw_abcd.npy',
    '_schema/subject=1/day=2/lab/session/raw_abcd.npy',
    '_schema/lab/dropped/subject=1/raw_abcd/file.dat',
    `lab/6c/c2/${digits}`,
    `lab/6c/c2/${digits}.note.txt`,
  ])('%s is one', (path) => expect(owned(path)).toBe(true))

  test.each([
    `_hash/other/${hash}`,
    '_hash/lab/readme.txt',
    '_schema/other/session/raw_abcd.npy',
    '_schema/subject=1/other/session/raw_abcd.npy',
    '_schema/lab',
    '_schema/lab/readme.txt',
    `other/6c/c2/${digits}`,
    `lab/6c/00/${digits}`,
    `lab/${digits}`,
    'lab/session/raw_abcd.npy',
    'raw/lab/session/raw_abcd.npy',
  ])('%s is none', (path) => expect(owned(path)).toBe(false))

  test('without a prefix, only what is below a table is one', () => {
    const layout = { schemaPrefix: '' }
    expect(owned('lab/session/subject=1/raw_abcd.npy', layout)).toBe(true)
    expect(owned('subject=1/lab/session/raw_abcd.npy', layout)).toBe(true)
    expect(owned('lab/videos/a.avi', layout)).toBe(false)
    expect(owned('videos/a.avi', layout)).toBe(false)
  })
})
