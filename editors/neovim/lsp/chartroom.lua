-- The configuration that `vim.lsp.enable('chartroom')` reads, Neovim 0.11 and later.
-- Change it with `vim.lsp.config('chartroom', …)` or with `vim.g.chartroom`.
return require('chartroom.lsp').config()
