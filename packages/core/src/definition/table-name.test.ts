import { describe, expect, test } from 'vitest'
import { masterTable, requireSchemaName, tableName, tierOf, typeName } from './table-name.ts'

describe('a table is named by its type and tier', () => {
  test.each([
    ['ProbeInsertion', 'manual', 'probe_insertion'],
    ['Species', 'lookup', '#species'],
    ['Recording', 'imported', '_recording'],
    ['Stat', 'computed', '__stat'],
    ['HTTPScanResult2D', 'manual', 'h_t_t_p_scan_result2_d'],
    ['ROI', 'manual', 'r_o_i'],
  ] as const)('%s, %s: %s, and back', (name, tier, table) => {
    expect(tableName(name, tier)).toBe(table)
    expect(tierOf(table)).toBe(tier)
    expect(typeName(table)).toBe(name)
    expect(masterTable(table)).toBeNull()
  })

  test.each([
    ['#probe_type', '#probe_type__electrode', 'ProbeType.Electrode'],
    ['__curated', '__curated__electrode', 'Curated.Electrode'],
    ['session', 'session__electrode', 'Session.Electrode'],
  ])('a part of %s: %s, and back', (master, table, name) => {
    expect(tableName('Electrode', 'part', master)).toBe(table)
    expect(tierOf(table)).toBe('part')
    expect(typeName(table)).toBe(name)
    expect(masterTable(table)).toBe(master)
  })

  test('what is no table of a pipeline has no tier', () => {
    expect(['~lineage', '~~stat', 'Foo', '_1', 'a__b__c', ''].map(tierOf)).toEqual([null, null, null, null, null, null])
  })

  test.each(['probe', 'My_Table', '2Photon', '', 'Sub ject', 'Größe'])('%s is refused', (name) => {
    expect(() => tableName(name, 'manual')).toThrow(expect.objectContaining({ code: 'invalid-name', text: name }))
  })

  test('64 characters are the most that databases take', () => {
    expect(tableName(`A${'a'.repeat(61)}`, 'computed')).toHaveLength(64)
    expect(() => tableName(`A${'a'.repeat(62)}`, 'computed')).toThrow(
      expect.objectContaining({ code: 'name-too-long' }),
    )
  })
})

describe('a schema', () => {
  test.each(['neuro_ephys', 'u19-aging', 'Lab2'])('may be called %s', (name) => {
    expect(requireSchemaName(name)).toBe(name)
  })

  test.each(['', 'a.b', 'a b', '2p', '~x', 'mysql', 'a`b'])('may not be called %s', (name) => {
    expect(() => requireSchemaName(name)).toThrow(expect.objectContaining({ code: 'invalid-name' }))
  })
})
