" Asked by the tests: takes the indentation off every line of $QUESTIONS that is not between fences, indents the file anew, and
" writes it to $ANSWERS.
set nomore noswapfile
filetype plugin indent on
syntax on
silent execute 'edit' fnameescape($QUESTIONS)
for number in range(1, line('$'))
  if getline(number) =~# '^\s\+`\{3,5}\s*$'
    continue
  endif
  if index(map(synstack(number, 1), 'synIDattr(v:val, "name")'), 'rbkCode') < 0
    call setline(number, substitute(getline(number), '^\s\+', '', ''))
  endif
endfor
silent normal! gg=G
silent execute 'write!' fnameescape($ANSWERS)
quitall!
