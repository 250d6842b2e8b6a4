-- The user's choices: defaults, `require('chartroom').setup{}`, `vim.g.chartroom`; of these the last one counts.
local M = {}

M.defaults = {
  -- The program, as a path or as a list with arguments before `lsp`. Nil: it is looked for.
  cmd = nil,
  -- The same section as in other editors.
  settings = {
    helmVersion = 4,
    checks = true,
    kubeVersion = '',
    -- Rendered objects are held against Kubernetes' schemas: of that version, or of the one that templates are told.
    kubernetes = { schemas = true, version = '' },
    release = { name = 'release-name', namespace = 'default' },
    valuesFiles = {},
    -- Against charts that never end: steps, and MiB of memory and output.
    limits = { steps = 50000000, memory = 256, output = 8 },
    -- Which cluster releases are worked with in: kubeconfig and context if not the usual ones, and contexts where the
    -- release's name has to be typed.
    kube = { config = '', context = '', protected = { '*prod*', '*prd*', '*live*' } },
    -- Bring back what was there if it fails; seconds that it is waited for.
    deploy = { atomic = true, timeout = 300 },
  },
  preview = {
    -- How the window is made; the first word of |:split| modifiers.
    split = 'botright vertical',
    -- Whether the preview scrolls to what the cursor's line renders to.
    follow = true,
  },
  -- Called with the client and the buffer number, as in other server configurations.
  on_attach = nil,
  -- Laid over what Neovim announces, for completion plugins.
  capabilities = nil,
}

local chosen = {}

function M.setup(options)
  chosen = options or {}
end

function M.get()
  local global = vim.g.chartroom
  if type(global) == 'function' then
    global = global()
  end
  return vim.tbl_deep_extend('force', M.defaults, chosen, global or {})
end

--- The folder of the repository, when this plugin runs from a checkout.
local function checkout()
  local here = debug.getinfo(1, 'S').source:sub(2)
  return vim.fn.fnamemodify(here, ':p:h:h:h:h:h')
end

--- The program and its arguments, or nil and what is wrong.
function M.cmd()
  local wanted = M.get().cmd
  if wanted ~= nil then
    local words = type(wanted) == 'table' and vim.deepcopy(wanted) or { wanted }
    words[1] = vim.fn.expand(words[1])
    if vim.fn.executable(words[1]) == 0 then
      return nil, ('g:chartroom.cmd is not a program: %s'):format(words[1])
    end
    return vim.list_extend(words, { 'lsp' })
  end
  local places = { 'chartroom', checkout() .. '/target/release/chartroom', checkout() .. '/target/debug/chartroom' }
  for _, place in ipairs(places) do
    if vim.fn.executable(place) == 1 then
      return { vim.fn.exepath(place), 'lsp' }
    end
  end
  return nil, 'there is no chartroom in the PATH; put it there or set g:chartroom.cmd'
end

return M
