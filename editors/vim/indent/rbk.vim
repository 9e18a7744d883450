" Indentation as `rbk fmt` lays a plan out: two blanks a block, four more for a list that goes on. What stands between the fences
" is the author's and stays where it is.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetRbkIndent(v:lnum)
setlocal indentkeys=0},!^F,o,O
setlocal nolisp nosmartindent

let b:undo_indent = 'setlocal indentexpr< indentkeys< lisp< smartindent<'

if exists('*GetRbkIndent')
  finish
endif

" The line without strings and a comment, so that a brace or comma in them does not count.
function! s:bare(number) abort
  let line = substitute(getline(a:number), '"\%(\\.\|[^"\\]\)*"', '""', 'g')
  return substitute(line, '\s*#.*$', '', '')
endfunction

" Whether a line stands between fences or closes one. The syntax knows; of a line that is still empty, the one above does.
function! s:fenced(number) abort
  let line = getline(a:number)
  if line =~# '^\s*`\{3,5}\s*$'
    return 1
  endif
  if line =~# '^\s*$'
    let above = prevnonblank(a:number - 1)
    return above > 0 && getline(above) !~# '^\s*`\{3,5}\s*$'
          \ && (getline(above) =~# '`\{3,5}[-A-Za-z0-9_+]\+\s*$' || s:fenced(above))
  endif
  return index(map(synstack(a:number, 1), 'synIDattr(v:val, "name")'), 'rbkCode') >= 0
endfunction

" The line before that is no comment, not blank and not between fences.
function! s:before(number) abort
  let number = prevnonblank(a:number - 1)
  while number > 0 && (getline(number) =~# '^\s*#' || s:fenced(number))
    let number = prevnonblank(number - 1)
  endwhile
  return number
endfunction

" The first line of the statement that a line belongs to.
function! s:first(number) abort
  let number = a:number
  while number > 1
    let before = s:before(number)
    if before == 0 || s:bare(before) !~# ',\s*$'
      break
    endif
    let number = before
  endwhile
  return number
endfunction

function! GetRbkIndent(number) abort
  if s:fenced(a:number)
    return -1
  endif
  let before = s:before(a:number)
  if before == 0
    return 0
  endif
  let line = s:bare(before)
  if line =~# ',\s*$'
    return indent(s:first(before)) + 2 * shiftwidth()
  endif
  let indent = indent(s:first(before))
  if line =~# '{\s*$'
    let indent += shiftwidth()
  endif
  if getline(a:number) =~# '^\s*}'
    let indent -= shiftwidth()
  endif
  return indent
endfunction
