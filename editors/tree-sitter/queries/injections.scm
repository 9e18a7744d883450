; The languages inside fences, by the names that editors know them by.
((fence
  (language) @_language
  (code) @injection.content)
  (#any-of? @_language "sh" "bash")
  (#set! injection.language "bash"))

((fence
  (language) @_language
  (code) @injection.content)
  (#eq? @_language "md")
  (#set! injection.language "markdown"))

((fence
  (language) @injection.language
  (code) @injection.content)
  (#not-any-of? @injection.language "sh" "bash" "md"))
