import { expect, test } from 'vitest'
import { parseClusterLabels } from './labels.ts'

const parse = (text: string, column: string) => parseClusterLabels(text, '/sorted/cluster_group.tsv', column)

test('labels of either line ending; an empty field is no label', () => {
  expect(parse('cluster_id\tgroup\r\n3\tgood\r\n4\t\r\n12\tmua\r\n', 'group')).toEqual(
    new Map([
      [3, 'good'],
      [12, 'mua'],
    ]),
  )
})

test('a table without the column has no labels', () => {
  expect(parse('cluster_id\tKSLabel\n0\tgood\n', 'group')).toBeNull()
})

test('the column is found by its name, and so is that of the clusters', () => {
  expect(parse('amp\tid\tgroup\n1.5\t7\tnoise\n', 'group')).toEqual(new Map([[7, 'noise']]))
})

test('the codes of early Phy are spelled out', () => {
  expect(parse('cluster_id,group\n0,0\n1,1\n2,2\n3,3\n', 'group')).toEqual(
    new Map([
      [0, 'noise'],
      [1, 'mua'],
      [2, 'good'],
      [3, 'unsorted'],
    ]),
  )
})

test('a cluster that is no number is refused', () => {
  expect(() => parse('cluster_id\tgroup\nx\tgood\n', 'group')).toThrow(
    expect.objectContaining({ code: 'invalid-value', value: 'x' }),
  )
})
