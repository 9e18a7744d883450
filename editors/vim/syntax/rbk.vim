" Highlighting of rollback plans: the words of the language, and SQL, shell, Markdown and diffs inside fences.
"
" A word begins a statement at the start of a line or behind a brace; elsewhere it connects values. The lists are those of the
" language's keyword table and grammar, which the project's tests hold them against.

if exists('b:current_syntax')
  finish
endif

" What begins a statement; of these, what a name stands behind; what connects values; what a few statements choose from.
let s:heads = 'accept active after alters answer applied applies approve ask at audience available backup body by'
      \ . ' capture carried change channel check checklist choose compare confirm contact continue copy creates data'
      \ . ' deadline decision decrypt default deploy deputy destroys dir do drill duty else encrypt escalate escalates'
      \ . ' expect file flag freezes get goes group header history impact investigate irreversible item keep leaves'
      \ . ' ledger level limits link loses manual message method mitigation monitor needs never note only option owner'
      \ . ' parallel param person phase plan post query record recover release respond restore retain retry risk role'
      \ . ' rollback rpo rto run running scenario schema secret section send server-version set severity show slot'
      \ . ' source ssh stand-in starts step stops subject summary symptom take takes target thaws timeout trigger undo'
      \ . ' undone unless url use values variable verify version watch when window workload writer writes'
let s:declares = 'backup change channel check checklist choose decision flag group manual message monitor option param'
      \ . ' phase plan post release risk role scenario secret section slot step target trigger writer'
let s:words = 'after applied as at auto automatic available baseline because before by change check choice chose continue'
      \ . ' critical custom deploy directory duration during edit effect empty every everything exit fails for forward'
      \ . ' from frozen high if int is low manual mariadb-dump medium most mysqldump of on other out output over path'
      \ . ' pg_dump plain recommended release restore rows rto run set several sqlite status stop table-copy tables'
      \ . ' takes text to told until via when within writes'
let s:choices = 'env-file friday host http manual mariadb monday mysql postgres saturday sqlite sunday thursday'
      \ . ' tuesday wednesday'

" Of several items that match at one place, the last one counts.

syntax iskeyword @,48-57,_,-

syntax match rbkOperator /[<>!]=\|[<>=]/
syntax match rbkNumber /\v<\d[-0-9a-zA-Z:.]*\%?/
syntax match rbkNumber /\v<T%([+-]%(\d+[a-z])+)?>/
syntax match rbkVariable /\v\$[A-Za-z_]\w*/
syntax match rbkRule /\v<[a-z][-a-z0-9]*\/[-a-z0-9]+/
syntax match rbkZone /\v%(\d\d:\d\d\s+)@<=[A-Za-z][-A-Za-z0-9\/_+]*/

function! s:one_of(words) abort
  return '%(' . join(split(a:words), '|') . ')'
endfunction

execute 'syntax match rbkChoice /\v<' . s:one_of(s:choices) . '>/'
execute 'syntax match rbkWord /\v<' . s:one_of(s:words) . '>/'
execute 'syntax match rbkKeyword /\v%(^|\{)\s*\zs' . s:one_of(s:heads) . '>\ze%(\s|$|\{)/'
execute 'syntax match rbkKeyword /\v%(^|\{)\s*\zs' . s:one_of(s:declares) . '>\ze\s/ nextgroup=rbkName skipwhite'
syntax match rbkWord /\v%(^|\{)\s*irreversible\s+\zschange>/ nextgroup=rbkName skipwhite
syntax match rbkName /\v<[a-z][-a-z0-9_]*/ contained

delfunction s:one_of
unlet s:heads s:declares s:words s:choices

syntax match rbkComment /#.*/ contains=rbkTodo,@Spell
syntax keyword rbkTodo TODO FIXME XXX contained
syntax region rbkString start=/"/ skip=/\\./ end=/"/ oneline contains=rbkEscape,@Spell
syntax match rbkEscape /\v\\%(u\{\x+\}|.)/ contained

" A fence ends at a line of exactly as many backticks as it began with.
syntax region rbkCode matchgroup=rbkFence start=/\v\z(`{3,5})[-A-Za-z0-9_+]+\s*$/ end=/^\s*\z1\s*$/ keepend

function! s:code(languages, syntax, cluster) abort
  execute 'syntax include @' . a:cluster . ' syntax/' . a:syntax . '.vim'
  unlet! b:current_syntax
  execute 'syntax region rbkCode matchgroup=rbkFence start=/\v\z(`{3,5})%(' . a:languages . ')\s*$/ end=/^\s*\z1\s*$/ keepend'
        \ . ' contains=@' . a:cluster
endfunction

call s:code('sql', 'sql', 'rbkSql')
let b:is_posix = 1
call s:code('sh|bash', 'sh', 'rbkShell')
call s:code('md', 'markdown', 'rbkMarkdown')
delfunction s:code

" The language of diffs begins at the left margin, which a fence does not.
syntax match rbkAdded /^\s*+.*/ contained
syntax match rbkRemoved /^\s*-.*/ contained
syntax match rbkHunk /^\s*@@.*/ contained
syntax region rbkCode matchgroup=rbkFence start=/\v\z(`{3,5})diff\s*$/ end=/^\s*\z1\s*$/ keepend contains=rbkAdded,rbkRemoved,rbkHunk

" What the included languages say about it would take `releases/*` in a shell fence for a comment that never ends.
syntax sync clear
syntax sync minlines=2000

highlight default link rbkKeyword Keyword
highlight default link rbkWord Statement
highlight default link rbkChoice Constant
highlight default link rbkName Identifier
highlight default link rbkString String
highlight default link rbkEscape SpecialChar
highlight default link rbkNumber Number
highlight default link rbkZone Constant
highlight default link rbkOperator Operator
highlight default link rbkVariable PreProc
highlight default link rbkRule Special
highlight default link rbkComment Comment
highlight default link rbkTodo Todo
highlight default link rbkAdded diffAdded
highlight default link rbkRemoved diffRemoved
highlight default link rbkHunk diffLine
highlight default link rbkFence Delimiter

let b:current_syntax = 'rbk'
