-- The entry: one command, and the server for the files of charts. Everything else is loaded when it is needed.
if vim.g.loaded_chartroom then
  return
end
vim.g.loaded_chartroom = true

if vim.fn.has('nvim-0.7') == 0 then
  vim.notify('chartroom: Neovim 0.7 or later is needed', vim.log.levels.ERROR)
  return
end

vim.api.nvim_create_user_command('Chartroom', function(command)
  require('chartroom.commands').run(command.fargs)
end, {
  nargs = '*',
  desc = 'Helm charts: preview, diff, deploy, rollback, targets and more',
  complete = function(_, line)
    return require('chartroom.commands').complete(line)
  end,
})

local group = vim.api.nvim_create_augroup('chartroom', {})
-- Previews and files of packed subcharts have their text from the server.
vim.api.nvim_create_autocmd('BufReadCmd', {
  group = group,
  -- Neovim takes `scheme:/path` for a relative path and puts the working folder before it.
  pattern = { 'chartroom-preview:*', 'chartroom-archive:*', '*/chartroom-archive:*', 'chartroom-release:*' },
  callback = function(event)
    require('chartroom.preview').read(event.buf, event.match)
  end,
})

if vim.fn.has('nvim-0.8') == 1 then
  -- Not `on_attach`, which is the user's to set. Neovim 0.7 has no such event.
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'chartroom' then
        require('chartroom.lsp').attached(client, event.buf)
      end
    end,
  })
end

if vim.lsp.config ~= nil and vim.lsp.enable ~= nil then
  -- Neovim 0.11 and later: lsp/chartroom.lua.
  vim.lsp.enable('chartroom')
else
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = { 'helm', 'helmfile', 'yaml', 'json' },
    callback = function(event)
      require('chartroom.lsp').attach(event.buf)
    end,
  })
end
