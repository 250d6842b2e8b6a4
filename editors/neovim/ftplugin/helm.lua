-- What editing a template needs.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

-- `#` starts a comment of YAML, which would be part of what is rendered, and its actions would still run.
vim.bo.commentstring = '{{- /* %s */}}'
vim.bo.comments = ':#'
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.tabstop = 2
vim.bo.autoindent = true
vim.b.undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< tabstop< autoindent<'
