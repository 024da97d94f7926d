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
  expect(formatMermaid([schema]).split('\n').slice(0, 13)).toEqual([
    'flowchart LR',
    '  subgraph lab',
    '    lab__l__species["Species"]:::lookup',
    '    lab__animal["Animal"]:::manual',
    '    subgraph lab___scan_group[" "]',
    '      lab___scan(["Scan"]):::imported',
    '      lab___scan__field["Scan.Field"]:::part',
    '    end',
    '  end',
    '  lab__l__species -.- lab__animal',
    '  lab__animal === lab___scan',
    '  lab___scan --- lab___scan__field',
    '  classDef manual fill:#E8F0E9,stroke:#3E7A52,color:#28513A',
  ])
  const other = defineSchema('other')
  other.manual('Note', { Scan }, '-> Scan')
  expect(formatMermaid([other])).not.toContain('lab')
})
