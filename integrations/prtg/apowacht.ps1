# A sensor of PRTG's kind «EXE/Script Advanced», for a probe on Windows: put it into the probe's folder
# Custom Sensors\EXEXML and give as its parameters the check, the site file and the check's name there:
#
#     -Check ups -SiteFile "C:\apowacht\checks.d\muster-apotheke.yaml" -Name "USV Kasse"
#
# Only what docs/places.md says of Windows works there.

param(
    [Parameter(Mandatory = $true)][ValidatePattern('^[a-z]+$')][string]$Check,
    [Parameter(Mandatory = $true)][string]$SiteFile,
    [string]$Name = '',
    [string]$Plugins = 'C:\apowacht\Scripts'
)

[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
$env:PYTHONUTF8 = '1'

$arguments = @("--site=$SiteFile", '--output=prtg')
if ($Name) { $arguments += "--name=$Name" }
& (Join-Path $Plugins "check_apo_$Check.exe") @arguments

# The state is the channel of that name; PRTG would take another exit code for a broken script.
exit 0
