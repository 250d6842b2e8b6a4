-- Documents whose text only the server has, shown in buffers that cannot be edited: plans, live objects, histories.
local compat = require('chartroom.compat')

local M = {}

--- `chartroom-release:/1/a` would be taken for a relative path.
function M.name_of(uri)
  return (uri:gsub('^(chartroom%-%l+):/+', '%1:///'))
end

--- The last part of a URI's path, readable.
function M.title_of(uri)
  local name = uri:gsub('%?.*$', ''):match('[^/]*$')
  return (name:gsub('%%(%x%x)', function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

--- Replaces all text of a buffer that cannot be edited.
function M.fill(bufnr, text)
  local lines = vim.split(text, '\n', { plain = true })
  if lines[#lines] == '' then
    lines[#lines] = nil
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

--- An empty buffer of that name that goes away with its window. One of the same name is taken again.
function M.buffer(name, filetype)
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?{}\\.^$~') .. '$')
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
  end
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].filetype = filetype
  return bufnr
end

local filetypes = { diff = 'diff', yaml = 'yaml' }

--- A buffer with a document's text, once it is there: `ready(bufnr)`.
function M.load(client, uri, ready)
  compat.request(client, 'workspace/textDocumentContent', { uri = uri }, function(failure, answer)
    if failure then
      vim.notify('chartroom: ' .. failure.message, vim.log.levels.ERROR)
      return
    end
    local bufnr = M.buffer(M.name_of(uri), filetypes[M.title_of(uri):match('%.(%l+)$') or ''] or 'text')
    M.fill(bufnr, answer.text)
    ready(bufnr)
  end)
end

--- Shows a document beside what is there.
function M.show(client, uri)
  M.load(client, uri, function(bufnr)
    local window = vim.fn.bufwinid(bufnr)
    if window ~= -1 then
      vim.api.nvim_set_current_win(window)
      return
    end
    vim.cmd('botright split')
    vim.api.nvim_win_set_buf(0, bufnr)
    vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, desc = 'Close' })
  end)
end

return M
