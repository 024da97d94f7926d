import { expect, test } from 'vitest'
import { defineSchema, formatMermaid } from '../index.ts'

test('draws tables by tier, parts with their master, and references by where they are in the key', () => {
  const schema = defineSchema('lab')
  const Species = schema.lookup('Species', {}, 'species : varchar(8)')
  const Animal = schema.manual('Animal', { Species }, 'animal : int16\n---\n-> Species')
  const Scan = schema.imported('Scan', { Animal }, '-> Animal', {
    parts: { Field: [{}, '-> master\nfield : int16'] },
    fetch: (key) => key,
    compute: () => ({ row: {}, parts: { Field: [] } }),
  })
  schema.manual('Pair', { Animal }, "-> Animal\n-> Animal.proj(other='animal')")
  expect(formatMermaid([schema], { direction: 'TB' }).split('\n').slice(0, 16)).toEqual([
    'flowchart TB',
    '  subgraph lab_schema["lab"]',
    '    lab__l__species["<u>Species</u>"]:::lookup',
    '    lab__animal["<u>Animal</u>"]:::manual',
    '    subgraph lab___scan_group[" "]',
    '      lab___scan(["Scan"]):::imported',
    '      lab___scan__field["<u>Scan.Field</u>"]:::part',
    '    end',
    '    lab__pair["Pair"]:::manual',
    '  end',
    '  lab__l__species -.- lab__animal',
    '  lab__animal === lab___scan',
    '  lab___scan --- lab___scan__field',
    '  lab__animal --- lab__pair',
    '  lab__animal --- lab__pair',
    '  linkStyle 4 stroke:#C77D3A',
  ])
  const other = defineSchema('other')
  other.manual('Note', { Scan }, '-> Scan')
  expect(formatMermaid([other])).not.toContain('lab')
})
