-- What charts are rendered for: known for status lines, and picked.
local compat = require('chartroom.compat')

local M = {}

-- Active targets by the URI of the chart's folder.
local active = {}
-- Names that were picked, by the same: a server knows nothing of the one before it.
local picked = {}
-- The URI of the chart's folder by buffer.
local charts = {}

local function remember(bufnr, answer)
  for _, target in ipairs(answer.targets) do
    if target.name == answer.active then
      active[target.chart] = target
      charts[bufnr] = target.chart
    end
  end
end

--- The active target of a buffer's chart, if it is known.
function M.of(bufnr)
  return charts[bufnr] and active[charts[bufnr]]
end

local function set(client, bufnr, name)
  local params = { textDocument = { uri = vim.uri_from_bufnr(bufnr) }, name = name }
  compat.request(client, 'chartroom/setTarget', params, function(failure)
    if failure then
      vim.notify('chartroom: ' .. failure.message, vim.log.levels.ERROR)
    end
  end, bufnr)
end

--- Makes the target active that was picked while an earlier server ran.
local function restore(client, bufnr, answer)
  local chart = charts[bufnr]
  local wanted = chart and picked[chart]
  if wanted == nil or wanted == answer.active then
    return
  end
  for _, target in ipairs(answer.targets) do
    if target.name == wanted then
      set(client, bufnr, wanted)
    end
  end
end

--- Learns what a buffer's chart is rendered for.
function M.ask(client, bufnr, done)
  local params = { textDocument = { uri = vim.uri_from_bufnr(bufnr) } }
  compat.request(client, 'chartroom/targets', params, function(failure, answer)
    if failure == nil and answer then
      remember(bufnr, answer)
      restore(client, bufnr, answer)
      vim.cmd('redrawstatus!')
    end
    if done then
      done(failure, answer)
    end
  end, bufnr)
end

--- The server tells that a chart has another target.
function M.changed(changed)
  active[changed.chart] = changed.target
  picked[changed.chart] = changed.target.name
  vim.cmd('redrawstatus!')
end

local function describe(target)
  local names = vim.tbl_map(function(file)
    return vim.fn.fnamemodify(file, ':t')
  end, target.valuesFiles)
  local values = #names > 0 and table.concat(names, ', ') or "the chart's own values"
  return ('%s  (%s/%s, %s)'):format(target.name, target.namespace, target.releaseName, values)
end

--- Makes a target the active one of the buffer's chart; without a name the user picks.
function M.pick(client, bufnr, name)
  if name then
    set(client, bufnr, name)
    return
  end
  M.ask(client, bufnr, function(failure, answer)
    if failure then
      vim.notify('chartroom: ' .. failure.message, vim.log.levels.ERROR)
      return
    end
    local options = { prompt = ('Render for (now: %s)'):format(answer.active), format_item = describe }
    vim.ui.select(answer.targets, options, function(target)
      if target then
        set(client, bufnr, target.name)
      end
    end)
  end)
end

--- The names, for completion on the command line. The server is asked and given half a second.
function M.names(client, bufnr)
  local names
  M.ask(client, bufnr, function(_, answer)
    names = vim.tbl_map(function(target)
      return target.name
    end, answer and answer.targets or {})
  end)
  vim.wait(500, function()
    return names ~= nil
  end, 5)
  return names or {}
end

return M
