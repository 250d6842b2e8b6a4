-- Previews: buffers that show what a chart renders to, kept up to date by the server.
local compat = require('chartroom.compat')
local config = require('chartroom.config')
local documents = require('chartroom.documents')

local M = {}

-- By id: { preview, bufnr, client_id, params }. The same document and scope have the same id.
local shown = {}
-- Of several questions about the cursor only the last one moves the preview.
local question = 0

local function complain(failure)
  vim.notify('chartroom: ' .. (failure.message or vim.inspect(failure)), vim.log.levels.ERROR)
end

local function uri_of(name)
  return (name:gsub('^.*(chartroom%-%l+):/+', '%1:/'))
end

local function by_buffer(bufnr)
  for _, entry in pairs(shown) do
    if entry.bufnr == bufnr then
      return entry
    end
  end
end

--- Replaces only the lines that differ, so that windows and marks stay where they are.
local function write(bufnr, lines)
  local old = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  local first, last, last_old = 1, #lines, #old
  while first <= last and first <= last_old and lines[first] == old[first] do
    first = first + 1
  end
  while last >= first and last_old >= first and lines[last] == old[last_old] do
    last, last_old = last - 1, last_old - 1
  end
  if first > last and first > last_old then
    return
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, first - 1, last_old, false, vim.list_slice(lines, first, last))
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

local function lines_of(text)
  local lines = vim.split(text, '\n', { plain = true })
  if lines[#lines] == '' then
    lines[#lines] = nil
  end
  return lines
end

local words = { stale = 'stale', error = 'incomplete' }

local function set_local(window, option, value)
  vim.api.nvim_win_call(window, function()
    vim.opt_local[option] = value
  end)
end

--- What is wrong on one line, its place in short.
local function reason(failure)
  local text = failure.message:gsub('%s+', ' ')
  if failure.uri and failure.range then
    text = text:match('%(%S+:%d+[:%d]*%): (.+)$') or text
    text = ('%s:%d: %s'):format(documents.title_of(failure.uri), failure.range.start.line + 1, text)
  end
  return text
end

--- Whose answers a preview shows, and of when.
local function answers(cluster)
  local text = ('%s at %s'):format(cluster.place, os.date('%H:%M', math.floor(cluster.taken / 1000)))
  return cluster.notAsked > 0 and ('%s, %d lookups not asked'):format(text, cluster.notAsked) or text
end

--- What the status line of a preview says.
local function title(preview)
  local text = ('%s  [%s]'):format(documents.title_of(preview.uri), preview.target.name)
  if preview.cluster then
    text = ('%s  %s'):format(text, answers(preview.cluster))
  end
  local word = words[preview.status]
  if word then
    text = ('%s  %s: %s'):format(text, word, preview.error and reason(preview.error) or '')
  end
  return text
end

local function show_status(entry)
  vim.b[entry.bufnr].chartroom_title = title(entry.preview)
  vim.b[entry.bufnr].chartroom_status = entry.preview.status
  for _, window in ipairs(vim.fn.win_findbuf(entry.bufnr)) do
    set_local(window, 'statusline', ' %{get(b:, "chartroom_title", "")} %<%=%l,%c %P ')
  end
  vim.cmd('redrawstatus!')
end

--- A text from the server, asked for or not.
function M.take(preview, client_id, params)
  local entry = shown[preview.id]
  if entry == nil then
    if params == nil then
      return
    end
    entry = {}
    shown[preview.id] = entry
  elseif entry.client_id == client_id and entry.preview and entry.preview.revision > preview.revision then
    return entry
  end
  entry.preview, entry.client_id, entry.params = preview, client_id, params or entry.params
  if entry.bufnr and vim.api.nvim_buf_is_valid(entry.bufnr) then
    write(entry.bufnr, lines_of(preview.text))
    show_status(entry)
  end
  return entry
end

--- The server forgets a preview whose buffer is gone.
local function forget(id)
  local entry = shown[id]
  shown[id] = nil
  local client = entry and vim.lsp.get_client_by_id(entry.client_id)
  if client then
    compat.notify(client, 'chartroom/previewClose', { id = id })
  end
end

--- To what wrote the line with the cursor.
function M.to_source()
  local entry = by_buffer(vim.api.nvim_get_current_buf())
  local client = entry and vim.lsp.get_client_by_id(entry.client_id)
  if client == nil then
    return
  end
  local params = { id = entry.preview.id, line = vim.api.nvim_win_get_cursor(0)[1] - 1 }
  compat.request(client, 'chartroom/previewLocate', params, function(failure, location)
    if failure then
      complain(failure)
    elseif location == nil or location == vim.NIL then
      vim.notify('chartroom: nothing in the chart wrote this line', vim.log.levels.INFO)
    else
      local window = vim.fn.bufwinid(vim.uri_to_bufnr(location.uri))
      if window == -1 then
        window = entry.source and vim.api.nvim_win_is_valid(entry.source) and entry.source or window
      end
      if window ~= -1 then
        vim.api.nvim_set_current_win(window)
      end
      compat.jump(location, client)
    end
  end)
end

local function buffer(entry)
  local name = documents.name_of(entry.preview.uri)
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '[]*?{}\\.^$~') .. '$')
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
  end
  entry.bufnr = bufnr
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].filetype = documents.title_of(entry.preview.uri):match('%.ya?ml$') and 'yaml' or 'text'
  vim.bo[bufnr].modifiable = false
  for _, key in ipairs({ '<CR>', 'gd' }) do
    vim.keymap.set('n', key, M.to_source, { buffer = bufnr, desc = 'Go to what wrote this line' })
  end
  local id = entry.preview.id
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      forget(id)
    end,
  })
  write(bufnr, lines_of(entry.preview.text))
  return bufnr
end

local function show(entry)
  local from = vim.api.nvim_get_current_win()
  entry.source = from
  if entry.bufnr == nil or not vim.api.nvim_buf_is_valid(entry.bufnr) then
    entry.bufnr = nil
    buffer(entry)
  end
  if vim.fn.bufwinid(entry.bufnr) == -1 then
    vim.cmd(config.get().preview.split .. ' split')
    local window = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(window, entry.bufnr)
    set_local(window, 'wrap', false)
    set_local(window, 'spell', false)
    vim.api.nvim_set_current_win(from)
  end
  show_status(entry)
end

--- Opens the preview of the current buffer; the cursor stays where it is.
function M.open(scope)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = compat.client(bufnr)
  if client == nil then
    complain({ message = 'the server does not look after this buffer; see :checkhealth chartroom' })
    return
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(bufnr) }, scope = scope or 'template' }
  compat.request(client, 'chartroom/preview', params, function(failure, preview)
    if failure then
      complain(failure)
    else
      show(M.take(preview, client.id, params))
    end
  end, bufnr)
end

--- Opens the preview of a chart that the server names.
function M.open_named(client, uri)
  local folder = uri:gsub('^chartroom%-preview:', 'file://'):gsub('/[^/]*%?scope=chart$', '')
  local params = { textDocument = { uri = folder .. '/Chart.yaml' }, scope = 'chart' }
  compat.request(client, 'chartroom/preview', params, function(failure, preview)
    if failure then
      complain(failure)
    else
      show(M.take(preview, client.id, params))
    end
  end)
end

--- A client looks after a buffer: previews of it that an earlier server knew are asked for again.
function M.attached(client, bufnr)
  local uri = vim.uri_from_bufnr(bufnr)
  for id, entry in pairs(shown) do
    if entry.params.textDocument.uri == uri and entry.client_id ~= client.id then
      compat.request(client, 'chartroom/preview', entry.params, function(failure, preview)
        if failure == nil then
          -- A new server may give another id.
          shown[id] = nil
          shown[preview.id] = entry
          entry.preview = nil
          M.take(preview, client.id, entry.params)
        end
      end, bufnr)
    end
  end
  vim.api.nvim_create_autocmd({ 'CursorMoved', 'CursorMovedI' }, {
    group = vim.api.nvim_create_augroup('chartroom-follow-' .. bufnr, {}),
    buffer = bufnr,
    callback = function()
      M.follow(bufnr)
    end,
  })
end

local function reveal(entry, line)
  for _, window in ipairs(vim.fn.win_findbuf(entry.bufnr)) do
    local last = vim.api.nvim_buf_line_count(entry.bufnr)
    vim.api.nvim_win_set_cursor(window, { math.min(line + 1, last), 0 })
    set_local(window, 'cursorline', true)
  end
end

--- Keeps in view what the cursor's place renders to.
function M.follow(bufnr)
  local client = next(shown) and config.get().preview.follow and compat.client(bufnr)
  if not client then
    return
  end
  question = question + 1
  local asked = question
  local place = { textDocument = { uri = vim.uri_from_bufnr(bufnr) }, position = compat.position(0, client) }
  for id, entry in pairs(shown) do
    if entry.client_id == client.id and entry.bufnr and vim.fn.bufwinid(entry.bufnr) ~= -1 then
      local params = vim.tbl_extend('keep', { id = id }, place)
      compat.request(client, 'chartroom/previewLocate', params, function(failure, found)
        local line = failure == nil and type(found) == 'table' and found.lines and found.lines[1]
        if line and asked == question and shown[id] then
          reveal(entry, line)
        end
      end, bufnr)
    end
  end
end

--- Fills a buffer whose text only the server has.
function M.read(bufnr, name)
  local known = by_buffer(bufnr)
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  if known then
    write(bufnr, lines_of(known.preview.text))
    return
  end
  vim.bo[bufnr].filetype = name:match('%.ya?ml') and 'yaml' or name:match('%.tpl$') and 'helm' or 'text'
  local client = compat.client()
  if client == nil then
    return
  end
  compat.request(client, 'workspace/textDocumentContent', { uri = uri_of(name) }, function(failure, answer)
    if failure then
      complain(failure)
    elseif vim.api.nvim_buf_is_valid(bufnr) then
      write(bufnr, lines_of(answer.text))
    end
  end)
end

--- The server has another text for a virtual document. Previews that are shown got it already.
function M.refresh(uri)
  local bufnr = vim.fn.bufnr(documents.name_of(uri))
  if bufnr ~= -1 and vim.api.nvim_buf_is_loaded(bufnr) and by_buffer(bufnr) == nil then
    M.read(bufnr, documents.name_of(uri))
  end
end

--- For status lines: `dev`, or `dev: preview stale`.
function M.status(bufnr)
  local target = require('chartroom.targets').of(bufnr)
  local entry = by_buffer(bufnr)
  target = entry and entry.preview.target or target
  if target == nil then
    return ''
  end
  for _, other in pairs(shown) do
    local word = other.preview.target.chart == target.chart and words[other.preview.status]
    if word then
      return ('%s: preview %s'):format(target.name, word)
    end
  end
  return target.name
end

return M
