-- What differs between Neovim 0.7 and today's, in one place.
local M = {}

local has = function(version)
  return vim.fn.has('nvim-' .. version) == 1
end

function M.is_stopped(client)
  if has('0.11') then
    return client:is_stopped()
  end
  return client.is_stopped()
end

--- Our clients, of one buffer or all.
function M.clients(bufnr)
  local all
  if vim.lsp.get_clients then
    all = vim.lsp.get_clients({ name = 'chartroom', bufnr = bufnr })
  else
    all = bufnr and vim.lsp.buf_get_clients(bufnr) or vim.lsp.get_active_clients()
  end
  return vim.tbl_filter(function(client)
    return client.name == 'chartroom' and not M.is_stopped(client)
  end, vim.tbl_values(all))
end

--- The client of a buffer.
function M.client(bufnr)
  return M.clients(bufnr)[1]
end

--- Sends a request. The answer comes as `answer(error, result)`.
function M.request(client, method, params, answer, bufnr)
  if has('0.11') then
    return client:request(method, params, answer, bufnr)
  end
  return client.request(method, params, answer, bufnr)
end

function M.notify(client, method, params)
  if has('0.11') then
    return client:notify(method, params)
  end
  return client.notify(method, params)
end

function M.stop(client)
  if has('0.11') then
    client:stop()
  else
    client.stop()
  end
end

--- Where the cursor of a window is, as the protocol counts.
function M.position(window, client)
  if has('0.11') then
    return vim.lsp.util.make_position_params(window, client.offset_encoding).position
  end
  local encoding = client.offset_encoding or 'utf-16'
  return vim.lsp.util.make_position_params(window, encoding).position
end

--- Goes to a location in the current window.
function M.jump(location, client)
  if has('0.11') then
    vim.lsp.util.show_document(location, client.offset_encoding, { focus = true })
  else
    vim.lsp.util.jump_to_location(location, client.offset_encoding or 'utf-16')
  end
end

--- `vim.health` got its short names in 0.10.
function M.health()
  local old = vim.health or require('health')
  local name = function(short)
    return old[short] or old['report_' .. short]
  end
  return { start = name('start'), ok = name('ok'), warn = name('warn'), error = name('error'), info = name('info') }
end

return M
