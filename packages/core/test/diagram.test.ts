import { expect, test } from 'vitest'
import {
  addDownstream,
  addTables,
  addUpstream,
  collapseSchema,
  definePipeline,
  defineSchema,
  type Diagram,
  diagram,
  formatDot,
  formatMermaid,
  formatSvg,
  hideParts,
  keepTables,
  removeTables,
  showParts,
} from '../src/index.ts'
import { elementsIn, hasClass, parseXml } from './xml-tree.ts'

const lab = defineSchema('lab')
const Species = lab.lookup('Species', {}, 'species : varchar(8)')
const Subject = lab.manual('Subject', { Species }, 'subject : varchar(8)\n---\n-> Species')
const work = defineSchema('work')
const Session = work.manual('Session', { Subject }, '-> Subject\nsession : int16', {
  parts: { Trial: [{}, '-> master\ntrial : int16'], Event: [{}, '-> master.Trial\nevent : int16'] },
})
const Rate = work.computed('Rate', { Session }, '-> Session', { make: null })
const Mean = work.computed('Mean', { Rate }, '-> Rate', { make: null })
const pipeline = definePipeline({
  schemas: [lab, work],
  tables: { Session },
  database: { kind: 'sqlite', path: 'never.sqlite' },
})

const names = ({ nodes }: Diagram): string =>
  nodes
    .map(({ table, collapsed }) => (collapsed ? `(${table.typeName})` : table.typeName))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join(' ')

test('a diagram is of tables, schemas, a pipeline, or several of them', () => {
  expect(names(diagram(Session))).toBe('Session')
  expect(names(diagram(lab))).toBe('Species Subject')
  expect(names(diagram([lab, Rate, Rate]))).toBe('Rate Species Subject')
  expect(names(diagram(pipeline))).toBe('Mean Rate Session Session.Event Session.Trial Species Subject')
  // @ts-expect-error -- a name is no table
  expect(() => diagram('Session')).toThrow("was to be of 'Session'")
})

test('it grows by what its tables refer to, and by what refers to them, level by level', () => {
  const one = diagram(Session, { within: pipeline })
  expect(names(addUpstream(one))).toBe('Session Subject')
  expect(names(addUpstream(one, 2))).toBe('Session Species Subject')
  expect(names(addUpstream(one, 9))).toBe('Session Species Subject')
  expect(names(addDownstream(one))).toBe('Rate Session Session.Trial')
  expect(names(addDownstream(one, 2))).toBe('Mean Rate Session Session.Event Session.Trial')
  expect(names(addDownstream(one, 0))).toBe('Session')
  // the order matters
  expect(names(addUpstream(addDownstream(diagram(Subject, { within: pipeline }))))).toBe('Session Species Subject')
  expect(names(addDownstream(addUpstream(diagram(Mean, { within: pipeline })), 1))).toBe('Mean Rate')
  // a table knows what it refers to; what refers to it is known within a pipeline
  expect(names(addUpstream(Rate))).toBe('Rate Session')
  expect(names(addDownstream(Session))).toBe('Session Session.Trial')
  expect(() => addUpstream(one, -1)).toThrow('levels')
})

test('diagrams are added, subtracted and intersected', () => {
  const [a, b] = [diagram([Subject, Session]), diagram([Session, Rate])]
  expect(names(addTables(a, b))).toBe('Rate Session Subject')
  expect(names(removeTables(a, b))).toBe('Subject')
  expect(names(keepTables(a, b))).toBe('Session')
  expect(names(addTables(a, Mean))).toBe('Mean Session Subject')
  expect(names(removeTables(pipeline, work))).toBe('Species Subject')
  // what the other knows is known afterwards
  expect(names(addDownstream(addTables(a, diagram(Rate, { within: pipeline }))))).toBe(
    'Mean Rate Session Session.Trial Subject',
  )
})

test('schemas collapse to one box, and what is expanded in one of two diagrams stays so', async () => {
  const collapsed = collapseSchema(pipeline, work)
  expect(names(collapsed)).toBe('(Mean) (Rate) (Session) (Session.Event) (Session.Trial) Species Subject')
  expect(names(collapseSchema(collapsed, 'lab'))).toBe(names(collapseSchema(pipeline)))
  const open = addTables(Session, collapsed)
  expect(names(open)).toBe('(Mean) (Rate) (Session.Event) (Session.Trial) Session Species Subject')
  expect(names(addTables(collapsed, Session))).toBe(names(open))
  const elements = elementsIn(parseXml(await formatSvg(collapsed)))
  const [box, ...others] = elements.filter((one) => hasClass(one, 'collapsed'))
  expect(others).toEqual([])
  expect(box?.children.map(({ text }) => text).filter((text) => text !== '')).toEqual([
    '5 tables of work',
    '(5 tables)',
  ])
  // one line between it and a table, whatever it stands for, and none inside
  expect(
    elements
      .filter((one) => hasClass(one, 'bundle'))
      .map(({ children: [title, path] }) => [title?.text, path?.attributes['stroke-width']]),
  ).toEqual([['Subject → work', '2']])
  expect(formatMermaid(collapsed)).toContain('work__others[["(5 tables)"]]:::collapsed')
  expect(formatDot(open)).toContain('label="(4 tables)"')
})

test('parts are shown or hidden', () => {
  expect(names(hideParts(pipeline))).toBe('Mean Rate Session Species Subject')
  expect(names(showParts(diagram([Session, Rate])))).toBe('Rate Session Session.Event Session.Trial')
  expect(formatMermaid(hideParts(work))).not.toContain(':::part')
  expect(formatMermaid(work)).toContain(':::part')
})

test('tables of one name in several schemas, and odd names of schemas, are told apart', async () => {
  const [one, two] = [defineSchema('a__b'), defineSchema('a')]
  one.manual('C', {}, 'c : int16')
  two.manual('B', {}, 'b : int16', { parts: { C: [{}, '-> master\nc : int16'] } })
  const ids = [...formatMermaid([one, two]).matchAll(/^ +(\w+)[[(]+"/gm)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(3)
  const [word] = [defineSchema('end')]
  word.manual('End', {}, 'c : int16')
  expect(formatMermaid([word])).toContain('subgraph end_schema["end"]')
  expect(
    elementsIn(parseXml(await formatSvg([one, two, word]))).filter((each) => hasClass(each, 'table')),
  ).toHaveLength(4)
})
