" What a rollback plan's buffer is set to.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal iskeyword+=-
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal suffixesadd=.rbk

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< iskeyword< expandtab< shiftwidth< softtabstop< suffixesadd<'
