" Asked by the tests: for each line `FILE LINE COLUMN` of $QUESTIONS, the name of the highlighting there, as one line of $ANSWERS.
set nomore noswapfile
filetype plugin indent on
syntax on
let answers = []
for question in readfile($QUESTIONS)
  let [file, line, column] = split(question)
  if expand('%:p') !=# file
    silent execute 'edit' fnameescape(file)
  endif
  call add(answers, synIDattr(synID(line, column, 1), 'name'))
endfor
call writefile(answers, $ANSWERS)
quitall!
