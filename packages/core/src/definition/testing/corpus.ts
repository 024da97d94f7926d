/** Definitions that tests of the run-time parser and of the type-level reader share: as literals, so that both see them. */

/** Definitions that can be read, by what they show. Tables are named as references find them in `testing/tables.ts`. */
export const readable = {
  subject: `
    # an animal
    subject : varchar(8)        # nickname
    ---
    subject_uuid = null : uuid
    sex : enum('M', 'F', 'U')
    dob : date                  # (YYYY-MM-DD)
    cage = "A1" : char(2)
  `,
  session: `
    -> Subject
    session_datetime : datetime(3)
  `,
  probeType: `probe_type : varchar(32)`,
  electrode: `
    -> master
    electrode : int32     # starting at 0
    ---
    shank : int16
    x = null : float32    # (um)
  `,
  insertion: `
    # one placement of one probe in one session
    -> Session
    insertion_number : int16
    ---
    -> ProbeType
    -> [nullable] ProbeType.Electrode   # the tip, where it is known
  `,
  breeding: `
    -> Subject.proj(dam='subject')
    litter : int8
    ---
    -> [nullable] Subject.proj(sire="subject")
    -> [unique] Subject.proj(foster='subject')
    index (litter, sire)
    unique index (litter) # see above (twice)
  `,
  everyType: `
    id : int64
    ---
    a : int8
    b : INT16
    c : float64
    d : decimal( 6, 2 )
    e : bool
    f : json
    g : bytes
    h : <blob>
    i : <blob@local>
    j : <attach@>
    k : datetime
    l : VarChar (3)
  `,
  everyNativeType: `
    id : int unsigned
    ___
    a : tinyint
    b : SmallInt(5) unsigned
    c : mediumint
    d : integer
    e : bigint(20)
    f : tinyint(1)
    g : float unsigned
    h : double(8, 3)
    i : real
    j : decimal
    k : numeric(5) unsigned
    l : boolean
    m : tinytext
    n : LONGTEXT
    o : timestamp(3)
    p : time
    q : time(6)
    r : year
    s : <graph>
  `,
  setup: `
    # what the whole rig has in common
    ---
    rig : varchar(16)
    screen_distance = 0.3 : float32   # (m)
  `,
  functionalIndex: `
    id : int32
    ---
    settings : json
    name : varchar(32)
    index (settings.gain.left:decimal(5,2), name)   # (a member)
    unique index ((lower(name)), settings.tags[0])
    index ((concat(name, ', (''')))
  `,
  oddText: `
    # 100 % of "it's": \\ ; -- /* \`x\` */ $1 ? :a
    id : int32        # ends with a backslash \\
    ---
    kind = '%s "x" \\' : enum('%s "x" \\', "it's", '; --', '\`')   # "%d" 'q' \`b\`
    path = "C:\\data\\%USER%" : varchar(40)
    quotes = '''""\`' : varchar(5)   # #: = ->
  `,
  defaults: `
    id : int32
    ---
    number = 5 : int16
    negative=-1.5:float64
    flag = true : bool
    text = "a:b # c = d" : varchar(20)
    single = 'it''s' : varchar(20)
    double = "say ""hi""" : varchar(20)
    bare = red : enum('red', 'green')
    day = 2024-02-29 : date
    made = CURRENT_TIMESTAMP : datetime
    precise = current_timestamp(6) : datetime(6)
    nothing = NULL : varchar(3)
    word = "null" : varchar(4)
    money = "1.5" : decimal(5,2)
    span = "-100:30" : time(1)
    since = 1999 : year
    changed = CURRENT_TIMESTAMP(3) : timestamp(3)
    many = 4294967295 : int unsigned
    words = "it's \\\\ so" : mediumtext
  `,
  colonInEnum: `
    id : int32
    ---
    phase : enum('a:b', 'c#d', "e,f", 'it''s')   # values with : and # in them
  `,
  dividerInComment: `
    # the divider --- is only at the beginning of a line
    id : int32        # --- not here
    more : int32      # nor: # here
    --- this is one
    rest : int32
    ---
    last : int32
  `,
  windows: 'id : int32  # first\r\n---\r\nvalue : float32\r\n',
  index: `
    index_x : int32
    index : int32
    ---
    Unique Index(index)
  `,
  hundredValues: `
    id : int32
    ---
    item : enum('item_00', 'item_01', 'item_02', 'item_03', 'item_04', 'item_05', 'item_06', 'item_07', 'item_08', 'item_09', 'item_10', 'item_11', 'item_12', 'item_13', 'item_14', 'item_15', 'item_16', 'item_17', 'item_18', 'item_19', 'item_20', 'item_21', 'item_22', 'item_23', 'item_24', 'item_25', 'item_26', 'item_27', 'item_28', 'item_29', 'item_30', 'item_31', 'item_32', 'item_33', 'item_34', 'item_35', 'item_36', 'item_37', 'item_38', 'item_39', 'item_40', 'item_41', 'item_42', 'item_43', 'item_44', 'item_45', 'item_46', 'item_47', 'item_48', 'item_49', 'item_50', 'item_51', 'item_52', 'item_53', 'item_54', 'item_55', 'item_56', 'item_57', 'item_58', 'item_59', 'item_60', 'item_61', 'item_62', 'item_63', 'item_64', 'item_65', 'item_66', 'item_67', 'item_68', 'item_69', 'item_70', 'item_71', 'item_72', 'item_73', 'item_74', 'item_75', 'item_76', 'item_77', 'item_78', 'item_79', 'item_80', 'item_81', 'item_82', 'item_83', 'item_84', 'item_85', 'item_86', 'item_87', 'item_88', 'item_89', 'item_90', 'item_91', 'item_92', 'item_93', 'item_94', 'item_95', 'item_96', 'item_97', 'item_98', 'item_99')   # one of a hundred
  `,
  keyOnly: `id : uuid`,
  noComment: `#
    id : int32 #
    # a line of its own : int32
    -> Subject#comment
  `,
} as const

/** Definitions that tables of DataJoint 0.14 can have. */
export const readableIn014 = {
  everyType: `
    id : int unsigned
    ___
    a : longblob
    b : blob
    c : attach
    d : blob@raw
    e : attach@raw
    f : filepath@raw
    g : <graph>
    h : <blob>
    i : <blob@raw>
    j : <attach>
    k : int32
    l : float64
    m : bool
    n : uuid
    o : varchar(9)
    p : timestamp
  `,
} as const
