/** What to write instead of a type that a database or a language knows and definitions do not. */
const replacements: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/^uint\d*$/, 'tinyint unsigned, smallint unsigned, int unsigned or bigint unsigned'],
  [/^int24$/, 'mediumint'],
  [/^int\d+\b/, 'int8, int16, int32 or int64 (all signed)'],
  [/auto_increment|^serial\b/, 'int32 or int64 and give each row its number: a key has to be known before the row is'],
  [/zerofill/, 'it without zerofill'],
  [/^string\b|^str\b|^nvarchar\b/, 'varchar(n)'],
  [/^(number|float\d+)\b/, 'float32 or float64'],
  [/^(var)?binary\b/, 'bytes, or uuid for 16 bytes that identify'],
  [/^varchar$/, 'varchar(n)'],
  [/^char$/, 'char(n)'],
  [/^enum$/, "enum('first','second')"],
  [/^set\b/, 'one bool for each member, or a part table'],
  [/^filepath$/, '<filepath@store>'],
  [/^bit\b/, 'bool, or int unsigned'],
]

const known =
  'int8, int16, int32, int64, float32, float64, decimal(p,s), bool, char(n), varchar(n), longtext, enum(…), date, ' +
  'datetime(n), timestamp(n), time(n), year, uuid, json, bytes and <codec>; and what servers call their own: int unsigned, ' +
  'double, …'

/** Says what to write instead of an unknown type. */
export function adviseOnType(text: string): string {
  const spelling = text.toLowerCase()
  const replacement = replacements.find(([pattern]) => pattern.test(spelling))
  return replacement ? `Write ${replacement[1]}.` : `The types are ${known}.`
}
