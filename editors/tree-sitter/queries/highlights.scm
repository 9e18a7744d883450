; A statement's first word, and the words inside it. The grammar marks both, so that no list stands here.
(keyword) @keyword
(word) @keyword.modifier

(name) @variable
(_ name: (name) @type)

(string) @string
(escape) @string.escape
(ticks) @punctuation.special
(language) @label

[
  (duration)
  (number)
  (clock)
  (date)
  (instant)
] @number

(zone) @constant
(variable) @constant
[
  (comparison)
  "="
] @operator
(rule) @tag

(object) @property
(sql_type) @type.builtin

(comment) @comment
"," @punctuation.delimiter
[
  "{"
  "}"
] @punctuation.bracket
